"""The words that ask a reseller for a missing report, in its own language: polite, which period, what came last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

LANGUAGES = {
    "en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "it": "Italiano", "lt": "Lietuvių", "nl": "Nederlands", "pl": "Polski",
    "uk": "Українська",
}  # fmt: skip
COUNTRIES = {
    "AT": "de", "BE": "nl", "CH": "de", "DE": "de", "ES": "es", "FR": "fr", "IT": "it", "LT": "lt", "NL": "nl", "PL": "pl", "UA": "uk",
}  # fmt: skip
Span = tuple[date, date]


@dataclass(frozen=True)
class Missing:
    """What is asked for. `spans`: first and last day of each missing report; `last_file`, `last_day`: what came last, and how far it reached."""

    reseller: str
    spans: tuple[Span, ...]
    last_file: str = ""
    last_day: date | None = None


@dataclass(frozen=True)
class Words:
    """One language. Places: {brand} {reseller} {periods} {file} {day} {signed}; `one` and `many` ask for one report or several."""

    subject: str
    hello: str
    one: str
    many: str
    last: str
    ask: str
    thanks: str


TEXTS = {
    "en": Words(
        "{brand}: sell-out report {periods}",
        "Dear {reseller} team,",
        "we have not received your sell-out report for {periods} yet.",
        "we have not received your sell-out reports for {periods} yet.",
        "The last file we have is “{file}”, which reaches to {day}.",
        "Could you please send it in the usual form, as a reply to this mail? If nothing was sold, a short note is enough.",
        "Thank you and kind regards\n{signed}\n{brand}",
    ),
    "de": Words(
        "{brand}: Abverkaufsbericht {periods}",
        "Liebes Team von {reseller},",
        "Ihr Abverkaufsbericht für {periods} ist noch nicht bei uns angekommen.",
        "Ihre Abverkaufsberichte für {periods} sind noch nicht bei uns angekommen.",
        "Die letzte Datei, die wir haben, ist „{file}“; sie reicht bis zum {day}.",
        "Könnten Sie uns das Fehlende bitte in der üblichen Form als Antwort auf diese Mail schicken? Falls nichts verkauft wurde, genügt ein kurzes Wort.",
        "Vielen Dank und freundliche Grüße\n{signed}\n{brand}",
    ),
    "es": Words(
        "{brand}: informe de ventas {periods}",
        "Estimado equipo de {reseller}:",
        "todavía no hemos recibido su informe de ventas de {periods}.",
        "todavía no hemos recibido sus informes de ventas de {periods}.",
        "El último archivo que tenemos es «{file}», que llega hasta el {day}.",
        "¿Podrían enviarnos lo que falta en el formato habitual, respondiendo a este correo? Si no hubo ventas, basta con una breve nota.",
        "Muchas gracias y un cordial saludo\n{signed}\n{brand}",
    ),
    "fr": Words(
        "{brand} : rapport des ventes {periods}",
        "Chère équipe de {reseller},",
        "nous n'avons pas encore reçu votre rapport des ventes pour {periods}.",
        "nous n'avons pas encore reçu vos rapports des ventes pour {periods}.",
        "Le dernier fichier que nous avons est « {file} », qui va jusqu'au {day}.",
        "Pourriez-vous nous envoyer ce qui manque sous la forme habituelle, en réponse à ce message ? S'il n'y a pas eu de ventes, un petit mot suffit.",
        "Merci beaucoup et bien cordialement\n{signed}\n{brand}",
    ),
    "it": Words(
        "{brand}: report delle vendite {periods}",
        "Gentile team di {reseller},",
        "non abbiamo ancora ricevuto il vostro report delle vendite per {periods}.",
        "non abbiamo ancora ricevuto i vostri report delle vendite per {periods}.",
        "L'ultimo file che abbiamo è “{file}”, che arriva fino al {day}.",
        "Potreste inviarci quanto manca nella forma abituale, rispondendo a questa mail? Se non ci sono state vendite, basta una breve nota.",
        "Grazie e cordiali saluti\n{signed}\n{brand}",
    ),
    "lt": Words(
        "{brand}: pardavimų ataskaita {periods}",
        "Gerbiama „{reseller}“ komanda,",
        "dar negavome Jūsų pardavimų ataskaitos už šį laikotarpį: {periods}.",
        "dar negavome Jūsų pardavimų ataskaitų už šiuos laikotarpius: {periods}.",
        "Paskutinis turimas failas yra „{file}“, apimantis laikotarpį iki {day}.",
        "Ar galėtumėte atsiųsti trūkstamus duomenis įprasta forma, atsakydami į šį laišką? Jei pardavimų nebuvo, pakanka trumpos žinutės.",
        "Dėkojame ir linkime geros dienos\n{signed}\n{brand}",
    ),
    "nl": Words(
        "{brand}: verkooprapport {periods}",
        "Beste team van {reseller},",
        "we hebben uw verkooprapport over {periods} nog niet ontvangen.",
        "we hebben uw verkooprapporten over {periods} nog niet ontvangen.",
        "Het laatste bestand dat we hebben is “{file}”, dat loopt tot en met {day}.",
        "Kunt u ons het ontbrekende in de gebruikelijke vorm sturen, als antwoord op deze mail? Als er niets is verkocht, volstaat een kort bericht.",
        "Hartelijk dank en vriendelijke groet\n{signed}\n{brand}",
    ),
    "pl": Words(
        "{brand}: raport sprzedaży {periods}",
        "Szanowni Państwo z {reseller},",
        "nie otrzymaliśmy jeszcze Państwa raportu sprzedaży za: {periods}.",
        "nie otrzymaliśmy jeszcze Państwa raportów sprzedaży za: {periods}.",
        "Ostatni plik, który mamy, to „{file}”; obejmuje okres do {day}.",
        "Czy mogliby Państwo przesłać brakujące dane w zwykłej formie, odpowiadając na tę wiadomość? Jeśli nic nie sprzedano, wystarczy krótka informacja.",
        "Dziękujemy i łączymy pozdrowienia\n{signed}\n{brand}",
    ),
    "uk": Words(
        "{brand}: звіт про продажі {periods}",
        "Шановна команда {reseller},",
        "ми ще не отримали ваш звіт про продажі за такий період: {periods}.",
        "ми ще не отримали ваші звіти про продажі за такі періоди: {periods}.",
        "Останній файл, який ми маємо, — «{file}», що охоплює період до {day}.",
        "Чи могли б ви надіслати відсутні дані у звичній формі у відповідь на цей лист? Якщо продажів не було, достатньо короткої примітки.",
        "Дякуємо та з повагою\n{signed}\n{brand}",
    ),
}  # fmt: skip


def language_of(country: str | None, chosen: str | None = None) -> str:
    """The language a reseller is written to: the chosen one, else that of its country where it has one we write, else English."""
    return chosen if chosen in TEXTS else COUNTRIES.get((country or "").upper(), "en")


LOCALES = {"en": "en_GB"}  # day before month, as on every page


def draft(missing: Missing, brand: str, signed: str, language: str = "en") -> tuple[str, str]:
    """Subject and text. It names no figures and links to nothing: it leaves the house."""
    words = TEXTS[language]
    values = {"brand": brand, "reseller": missing.reseller, "signed": signed, "file": missing.last_file}
    values |= {"periods": _listed([period_words(span, language) for span in missing.spans]), "day": ""}
    lines = [words.hello, words.one if len(missing.spans) == 1 else words.many]
    if missing.last_file and missing.last_day:
        day = format_date(missing.last_day, "long", locale=LOCALES.get(language, language))
        values["day"] = day.removesuffix(".")  # the sentence ends there, in Lithuanian too
        lines[1] += f" {words.last}"
    lines += [words.ask, words.thanks]
    short = {**values, "periods": _listed([period_words(span, language) for span in missing.spans[:3]])}
    return words.subject.format(**short)[:180], "\n\n".join(line.format(**values) for line in lines).replace("\n\n\n", "\n\n").strip()


def period_words(span: Span, language: str) -> str:
    """`maj 2025`, `2–8 June 2025` in the language's own way."""
    start, end = span
    whole = start.day == 1 and date.fromordinal(end.toordinal() + 1).day == 1
    if whole and (start.year, start.month) == (end.year, end.month):
        return format_date(start, "LLLL yyyy", locale=language)
    if whole:
        first = "LLLL" if start.year == end.year else "LLLL yyyy"
        return f"{format_date(start, first, locale=language)} – {format_date(end, 'LLLL yyyy', locale=language)}"
    if language == "en":
        near = "d" if (start.year, start.month) == (end.year, end.month) else "d MMMM" if start.year == end.year else "d MMMM yyyy"
        return f"{format_date(start, near, locale='en_GB')}–{format_date(end, 'd MMMM yyyy', locale='en_GB')}"
    return f"{format_date(start, 'd.M.yyyy', locale=language)}–{format_date(end, 'd.M.yyyy', locale=language)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
