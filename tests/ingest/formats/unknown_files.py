"""Small files of nobody's layout: what each of them is asked about, or why it is refused, and what it then states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.ingest.reading import read_book
from core.ingest.shapes import RawBook
from tests.ingest.workbook_bytes import delimited, workbook

TUNDRA, TUNDRA_30, SAUNA, CANDLE = "9524001001008", "9524001001015", "9524001002005", "9524001009004"
OTHERS = ("4006381333931", "4006381333948", "4006381333955", "4006381333962")
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Unknown:
    """One file: `content` rows (a text file) or sheets (a workbook). `asks`: the questions its reading leaves open; `refused`: words of the
    reason; else, with `said`, its `units`, `amount`, number of `rows` and months or days of periods."""

    name: str
    content: Rows | Mapping[str, Rows] | bytes
    asks: frozenset[str] = frozenset()
    refused: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    units: int = 0
    amount: str | None = None
    rows: int = 0
    first: date | None = None
    last: date | None = None
    currency: str | None = None
    basis: str | None = None
    controls: int = 0
    delimiter: str = ";"
    encoding: str = "utf-8"

    def book(self) -> RawBook:
        return read_book(self.data(), self.name)

    def data(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        if isinstance(self.content, Mapping):
            return workbook(self.content)
        return delimited(self.content, self.delimiter, self.encoding)

    @property
    def total(self) -> Decimal | None:
        return None if self.amount is None else Decimal(self.amount)


def asks(*keys: str) -> frozenset[str]:
    return frozenset(keys)


ALWAYS = asks("completeness")
MAY, MAY_END, JUNE, JUNE_END = date(2025, 5, 1), date(2025, 5, 31), date(2025, 6, 1), date(2025, 6, 30)
DAYS = [
    ("2025-05-02", TUNDRA, 3, "654.00"),
    ("2025-05-20", TUNDRA_30, 2, "208.00"),
    ("2025-05-20", TUNDRA_30, 1, "104.00"),
    ("2025-05-09", TUNDRA, 1, "218.00"),
]

SALES = [
    Unknown("standard.csv", [["Product EAN", "Month", "Year", "Quantity", "Sales LC", "Currency"], [TUNDRA, 5, 2025, 3, "540,51", "EUR"], [CANDLE, 6, 2025, 1, "79,34", "EUR"]],
            ALWAYS | {"vat_basis"}, units=4, amount="619.85", rows=2, first=MAY, last=JUNE_END),
    Unknown("tagesliste.csv", [["Datum", "EAN", "Menge", "Umsatz brutto (EUR)"], *([d[8:] + "." + d[5:7] + ".2025", e, q, a.replace(".", ",")] for d, e, q, a in DAYS)],
            ALWAYS, units=7, amount="1184", rows=4, first=date(2025, 5, 2), last=date(2025, 5, 20), currency="EUR", basis="gross", encoding="cp1252"),
    Unknown("sprzedaż.csv", [["Data sprzedaży", "Kod kreskowy", "Nazwa", "Ilość", "Wartość netto PLN"], ["02.05.2025", TUNDRA, "Glow", 2, "1 593,50"], ["28.05.2025", CANDLE, "Świeca", 1, "348,78"]],
            ALWAYS | {"amount_is"}, units=3, amount="1942.28", rows=2, first=date(2025, 5, 2), last=date(2025, 5, 28), currency="PLN", basis="net", encoding="cp1250"),
    Unknown("ventes.txt", [["Mois", "Article", "Qté vendue", "CA TTC"], ["mai 2025", "NLGOT100", 2, "436,00 €"], ["mai 2025", "NLGOT30", 1, "104,00 €"]],
            ALWAYS, units=3, amount="540", rows=2, first=MAY, last=MAY_END, currency="EUR", basis="gross", delimiter="\t", encoding="utf-16-le"),
    Unknown("ventas.csv", [["Fecha", "Tienda", "Descripción", "Uds", "Importe"], ["13/05/2025", "Sol", "Glow 100 ml", 3, "540,51"], ["14/05/2025", "Sol", "Glow 100 ml", 1, "180,17"], ["14/05/2025", "Norte", "Vela", 2, "158,68"], ["15/05/2025", "Sol", "Vela", 1, "79,34"]],
            ALWAYS | {"currency", "vat_basis"}, units=7, amount="958.7", rows=4, first=date(2025, 5, 13), last=date(2025, 5, 15)),
    Unknown("header lower.xlsx", {"Data": [["Sell-out report"], ["Printed by Jane"], [], [None, "EAN", "Sold", "Sales Inc VAT £", "Week ending"], [None, TUNDRA, 2, 396, date(2025, 6, 7)], [None, CANDLE, 1, 84, date(2025, 6, 7)]]},
            ALWAYS, units=3, amount="480", rows=2, first=JUNE, last=date(2025, 6, 7), currency="GBP", basis="gross"),
    Unknown("blank column.xlsx", {"S": [["EAN", None, "Qty", None, "Net value EUR", "Period"], [TUNDRA, None, 2, None, 360.34, "Q1 2024"], [CANDLE, None, 1, None, 79.34, "Q1 2024"]]},
            ALWAYS, units=3, amount="439.68", rows=2, first=date(2024, 1, 1), last=date(2024, 3, 31), currency="EUR", basis="net"),
    Unknown("ranges.csv", [["Period", "EAN", "Units", "Turnover incl. VAT GBP"], ["Jan-Mar 2024", TUNDRA, 4, "792.00"], ["Apr-Jun 2024", TUNDRA, 2, "396.00"]],
            ALWAYS, units=6, amount="1188", rows=2, first=date(2024, 1, 1), last=date(2024, 6, 30), currency="GBP", basis="gross"),
    Unknown("weeks.csv", [["Week", "EAN", "Pcs", "Revenue excl VAT SEK"], ["W23 2025", TUNDRA, 4, "7200.00"], ["W24 2025", TUNDRA, 2, "3600.00"]],
            ALWAYS, units=6, amount="10800", rows=2, first=date(2025, 6, 2), last=date(2025, 6, 15), currency="SEK", basis="net"),
    Unknown("two currencies June 2025.csv", [["Barcode", "Qty", "Sales value", "Currency"], [TUNDRA, 1, "2400.00", "NOK"], [CANDLE, 1, "96.00", "EUR"]],
            ALWAYS | {"vat_basis"}, units=2, amount="2496", rows=2, first=JUNE, last=JUNE_END),
    Unknown("unit price June 2025.csv", [["EAN", "Qty", "Unit price incl. VAT (EUR)"], [TUNDRA, 3, "218.00"], [CANDLE, 2, "96.00"]],
            ALWAYS, units=5, amount="846", rows=2, first=JUNE, last=JUNE_END, currency="EUR", basis="gross"),
    Unknown("units only June 2025.csv", [["EAN", "Product", "Units sold"], [TUNDRA, "Glow", 3], [CANDLE, "Candle", 2], ["", "Total", 5]],
            ALWAYS, units=5, rows=2, first=JUNE, last=JUNE_END, controls=1),
    Unknown("amount of unit June 2025.csv", [["EAN", "Qty", "Amount EUR"], [TUNDRA, 3, "218.00"], [TUNDRA, 1, "218.00"], [CANDLE, 2, "96.00"], [CANDLE, 5, "96.00"]],
            ALWAYS | {"vat_basis"}, units=11, amount="1544", rows=4, first=JUNE, last=JUNE_END, currency="EUR"),
    Unknown("line or unit June 2025.csv", [["EAN", "Qty", "Amount EUR"], [TUNDRA, 3, "218.00"], [CANDLE, 2, "96.00"]],
            ALWAYS | {"vat_basis", "amount_is"}, units=5, amount="314", rows=2, first=JUNE, last=JUNE_END, currency="EUR"),
    Unknown("rival amounts June 2025.csv", [["StockCode", "OrderQty", "NetSalesValue", "ExVatNetsales"], [TUNDRA, 1, "218.00", "180.17"], [CANDLE, 1, "96.00", "79.34"]],
            ALWAYS | {"columns", "currency", "vat_basis"}, said={"columns": {"ExVatNetsales": "amount_net"}}, units=2, amount="259.51", rows=2, first=JUNE, last=JUNE_END, basis="net"),
    Unknown("ordered and shipped June 2025.csv", [["EAN", "Ordered", "Shipped", "Sales EUR"], [TUNDRA, 3, 2, "436.00"], [CANDLE, 2, 2, "192.00"]],
            ALWAYS | {"columns", "vat_basis"}, said={"columns": {"Shipped": "units", "Ordered": "ignore"}}, units=4, amount="628", rows=2, first=JUNE, last=JUNE_END, currency="EUR"),
    Unknown("strange headers.csv", [["tag", "duft", "anz", "geld"], ["01.05.2025", TUNDRA, 2, "436,00"], ["13.05.2025", CANDLE, 1, "96,00"]],
            ALWAYS | {"columns", "currency", "vat_basis", "amount_is"}, units=3, amount="532", rows=2, first=MAY, last=date(2025, 5, 13)),
    Unknown("no header.csv", [["12.05.2025", "NLGOT30", 3, "312,00"], ["23.05.2025", "NLGOT30", 1, "104,00"], ["28.05.2025", "NLGOT100", 2, "436,00"]],
            ALWAYS | {"columns", "currency", "vat_basis", "amount_is"}, units=6, amount="852", rows=3, first=date(2025, 5, 12), last=date(2025, 5, 28)),
    Unknown("no date.csv", [["EAN", "Quantity", "Total EUR incl. VAT"], [TUNDRA, 2, "436.00"], [CANDLE, 1, "96.00"]],
            ALWAYS | {"period"}, said={"period": (MAY, MAY_END)}, units=3, amount="532", rows=2, first=MAY, last=MAY_END, currency="EUR", basis="gross"),
    Unknown("month without year.csv", [["EAN", "Month", "Sold", "Sales ex VAT EUR"], [TUNDRA, "may", 2, "360.34"], [CANDLE, "june", 1, "79.34"]],
            ALWAYS | {"period"}, said={"period": (date(2025, 1, 1), date(2025, 12, 31))}, units=3, amount="439.68", rows=2, first=MAY, last=JUNE_END, currency="EUR", basis="net"),
    Unknown("either order.csv", [["Date", "EAN", "Qty", "Revenue incl VAT EUR"], ["02/05/2025", TUNDRA, 1, "218.00"], ["03/05/2025", CANDLE, 1, "96.00"]],
            ALWAYS | {"date_order"}, said={"date_order": "mdy"}, units=2, amount="314", rows=2, first=date(2025, 2, 5), last=date(2025, 3, 5), currency="EUR", basis="gross"),
    Unknown("either sign June 2025.csv", [["EAN", "Qty", "Revenue incl VAT EUR"], [TUNDRA, 1, "1.234"], [CANDLE, 1, "2.500"]],
            ALWAYS | {"decimal"}, said={"decimal": ","}, units=2, amount="3734", rows=2, first=JUNE, last=JUNE_END, currency="EUR", basis="gross"),
    Unknown("flat list.xlsx", {"Sheet1": [["SELFRIDGES flat sell out, sales incl. VAT"], [], ["EAN", "Product", "Sold", "Sales £", "Date", "Store"], [TUNDRA, "Glow", 2, 396, date(2025, 6, 3), "London"], [CANDLE, "Candle", -1, -84, date(2025, 6, 6), "Trafford"], [None, "Total", 1, 312, None, None]]},
            ALWAYS, units=1, amount="312", rows=2, first=date(2025, 6, 3), last=date(2025, 6, 6), currency="GBP", basis="gross", controls=2),
    Unknown("matrix.xlsx", {"S": [["Product", "EAN", "Jan 2025", "Feb 2025", "Mar 2025", "Total"], ["Glow", TUNDRA, 3, 2, 4, 9], ["Candle", CANDLE, 1, None, 2, 3], ["Total", None, 4, 2, 6, 12]]},
            ALWAYS | {"columns"}, said={"columns": {"months": "units"}}, units=12, rows=5, first=date(2025, 1, 1), last=date(2025, 3, 31), controls=6),
    Unknown("pairs.csv", [["EAN", "Qty Jan 2025", "Value incl VAT EUR Jan 2025", "Qty Feb 2025", "Value incl VAT EUR Feb 2025"], [TUNDRA, 3, "654,00", 1, "218,00"], [CANDLE, 2, "192,00", "", ""]],
            ALWAYS, units=6, amount="1064", rows=3, first=date(2025, 1, 1), last=date(2025, 2, 28), currency="EUR", basis="gross"),
    Unknown("two rows of headers.xlsx", {"2025": [[None, "January", None, "February", None, "March", None], ["Store", "Qty", "Sales EUR", "Qty", "Sales EUR", "Qty", "Sales EUR"], ["Riga", 3, 540, 1, 180, 2, 360], ["Vilnius", 2, 360, 4, 720, 1, 180]]},
            ALWAYS | {"vat_basis"}, units=13, amount="2340", rows=6, first=date(2025, 1, 1), last=date(2025, 3, 31), currency="EUR"),
    Unknown("one sheet a month.xlsx", {"Jan 2025": [["EAN", "Qty", "Sales EUR incl VAT"], [TUNDRA, 1, 218]], "Feb 2025": [["EAN", "Qty", "Sales EUR incl VAT"], [CANDLE, 2, 192]]},
            ALWAYS, units=3, amount="410", rows=2, first=date(2025, 1, 1), last=date(2025, 2, 28), currency="EUR", basis="gross"),
    Unknown("several resellers June 2025.csv", [["Customer", "EAN", "Units", "Turnover excl. VAT EUR"], ["Alpha", TUNDRA, 2, "360.34"], ["Beta", CANDLE, 1, "79.34"], ["Alpha", CANDLE, 1, "79.34"]],
            ALWAYS | {"reseller"}, said={"reseller": "Alpha"}, units=3, amount="439.68", rows=2, first=JUNE, last=JUNE_END, currency="EUR", basis="net"),
    Unknown("another brand beside.csv", [["Brand", "EAN", "Month", "Sold", "Sales EUR gross"], ["NORDLYS", TUNDRA, "May 2025", 1, "218.00"], ["Other House", OTHERS[0], "May 2025", 9, "900.00"]],
            ALWAYS, units=1, amount="218", rows=1, first=MAY, last=MAY_END, currency="EUR", basis="gross"),
    Unknown("last year beside.csv", [["EAN", "Month", "Units", "Units LY", "Sales incl VAT EUR", "Sales YTD", "Stock"], [TUNDRA, "2025-05", 2, 7, "436.00", "999.00", 12], [CANDLE, "2025-05", 1, 1, "96.00", "400.00", 3]],
            ALWAYS, units=3, amount="532", rows=2, first=MAY, last=MAY_END, currency="EUR", basis="gross"),
]  # fmt: skip

NO_SALES = [
    Unknown("prices.csv", [["EAN", "Product", "RRP EUR", "Valid from"], [TUNDRA, "Glow", "218.00", "2023-11-01"], [CANDLE, "Candle", "96.00", "2023-11-01"]], refused="price list"),
    Unknown("preise.xlsx", {"Preisliste 2025": [["Artikel", "UVP"], ["Glow", 218], ["Candle", 96]]}, refused="price list"),
    Unknown("on hand.csv", [["EAN", "Product", "Qty on hand", "Stock value"], [TUNDRA, "Glow", 12, "1200.00"], [CANDLE, "Candle", 4, "200.00"]], refused="stock list"),
    Unknown("lager.xlsx", {"Lagerbestand": [["EAN", "Menge", "Lagerort"], [TUNDRA, 12, "A1"], [CANDLE, 4, "B2"]]}, refused="stock list"),
    Unknown("expenses.csv", [["Date", "Supplier", "Cost centre", "Amount EUR"], ["2025-05-01", "Paper Co", "Office", "12.50"], ["2025-05-02", "Rail", "Travel", "80.00"]], refused="expenses"),
    Unknown("customers.csv", [["First name", "Last name", "Email", "Phone", "Orders"], ["Ann", "Lee", "a@example.com", "070 1", "3"], ["Bo", "Ek", "b@example.com", "070 2", "1"]], refused="people"),
    Unknown("invoice.xlsx", {"I": [["INVOICE", None, "Invoice no", "2025-118"], ["Bill to", "Harrow Ltd"], [], ["Item", "Qty", "Unit price", "Amount"], ["Glow", 12, 109, 1308], ["Candle", 4, 48, 192], [None, None, "Subtotal", 1500], [None, None, "VAT", 300], [None, None, "Amount due", 1800]]}, refused="invoice"),
    Unknown("po.csv", [["Purchase order 4711"], ["EAN", "Qty", "Price EUR"], [TUNDRA, 12, "109.00"], [CANDLE, 4, "48.00"]], refused="purchase order"),
    Unknown("pivot.xlsx", {"Sheet4": [["Row Labels", "Sum of Qty", "Sum of Sales"], ["Glow", 12, 1200], ["Candle", 4, 300], ["Grand Total", 16, 1500]]}, refused="pivot"),
    Unknown("budget.xlsx", {"Budget 2026": [["Product", "Jan 2026", "Feb 2026"], ["Glow", 10, 12], ["Candle", 4, 5]]}, refused="plan"),
    Unknown("names.csv", [["Name", "Colour"], ["a", "b"], ["c", "d"]], refused="no numbers"),
    Unknown("headers only.csv", [["EAN", "Qty", "Sales"]], refused="nothing below it"),
    Unknown("empty.xlsx", {"A": [], "B": []}, refused="empty"),
]  # fmt: skip
