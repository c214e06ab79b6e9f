// A grid of figures: the first column stays in sight, each cell is a button with a text of its own, arrow keys move between them.
export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".grid");
  host.replaceChildren(table(data, setTriggerValue));
}

function table(data, setTriggerValue) {
  const made = element("table");
  const head = element("tr");
  head.append(element("th", "corner", data.corner));
  data.columns.forEach((column) => head.append(titled(element("th", "column", column.text), column.hint)));
  made.append(element("thead"));
  made.tHead.append(head);
  const body = element("tbody");
  data.rows.forEach((row, number) => body.append(line(data, row, number, setTriggerValue)));
  made.append(body);
  made.addEventListener("keydown", (event) => move(event, made));
  return made;
}

function line(data, row, number, setTriggerValue) {
  const made = element("tr", row.kind);
  const name = element("th", "name");
  name.scope = "row";
  if (row.key === null) name.textContent = row.text;
  else name.append(button(row.text, row.hint, () => setTriggerValue("clicked", { row: row.key, column: null })));
  made.append(name);
  row.cells.forEach((cell, place) => {
    const box = element("td", cell.kind);
    if (cell.color) box.style.setProperty("--fill", cell.color);
    if (cell.ink) box.style.color = cell.ink;
    const column = data.columns[place].key;
    if (cell.still || row.key === null) titled(box, cell.hint).textContent = cell.text;
    else box.append(button(cell.text, cell.hint, () => setTriggerValue("clicked", { row: row.key, column })));
    made.append(box);
  });
  return made;
}

function move(event, made) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const box = event.target.closest("td, th");
  if (!box || !(event.key in steps)) return;
  const [down, right] = steps[event.key];
  const next = made.rows[box.parentElement.rowIndex + down]?.cells[box.cellIndex + right]?.querySelector("button");
  if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
}

function button(text, hint, act) {
  const made = titled(element("button", "", text), hint);
  made.type = "button";
  made.setAttribute("aria-label", hint || text);
  made.addEventListener("click", act);
  return made;
}

function titled(made, hint) {
  if (hint) made.title = hint;
  return made;
}

function element(name, kind, text) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  return made;
}
