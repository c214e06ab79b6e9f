"""The words of time in seven languages, and the days that have names. Tables only."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.easter import easter

from core.chat.tokens import fold

_MONTHS = """
january jan januar januari janvier styczen stycznia styczniu styczniem enero gennaio
february feb februar februari fevrier luty lutego lutym febrero febbraio
march mar marz maerz mars marzec marca marcu marcem marzo maart
april apr avril kwiecien kwietnia kwietniu kwietniem abril aprile
may mai maj maja maju majem mayo maggio mei
june jun juni juin czerwiec czerwca czerwcu czerwcem junio giugno
july jul juli juillet lipiec lipca lipcu lipcem julio luglio
august aug augusti aout sierpien sierpnia sierpniu sierpniem agosto augustus
september sep sept septembre wrzesien wrzesnia wrzesniu wrzesniem septiembre settembre
october oct okt oktober octobre pazdziernik pazdziernika pazdzierniku pazdziernikiem octubre ottobre
november nov novembre listopad listopada listopadzie listopadem noviembre
december dec dez dezember decembre grudzien grudnia grudniu grudniem diciembre dicembre
"""
MONTHS = {word: number for number, line in enumerate(_MONTHS.split("\n")[1:], 1) for word in line.split()}

_WEEKDAYS = """
monday mondays montag lundi poniedzialek mandag
tuesday tuesdays dienstag mardi wtorek tisdag
wednesday wednesdays mittwoch mercredi sroda onsdag
thursday thursdays donnerstag jeudi czwartek torsdag
friday fridays freitag vendredi piatek fredag
saturday saturdays samstag samedi sobota lordag
sunday sundays sonntag dimanche niedziela sondag
"""
WEEKDAYS = {word: number for number, line in enumerate(_WEEKDAYS.split("\n")[1:]) for word in line.split()}

_SYMBOLS = {
    "day": "day days tag tage tagen dni dzien dniach jour jours dag dagar dagarna dia dias giorni dagen",
    "week": "week weeks wk woche wochen tydzien tygodnie tygodni tygodniu tygodnia semaine semaines vecka veckor veckorna veckan kw"
    " semana semanas settimana weken",
    "month": "month months monat monate monaten monats miesiac miesiaca miesiacu miesiace miesiecy mois manad manaden manader manaderna"
    " mes meses mese mesi maand maanden",
    "quarter": "quarter quarters quartal quartals quartale kwartal kwartale kwartalu kwartalow trimestre trimestres kvartal kvartalet"
    " kvartalen trimestri kwartaal",
    "half": "half halfyear halbjahr halbjahres polrocze polroczu semestre halvar halvaret",
    "year": "year years yr jahr jahre jahren jahres rok roku lata lat an ans annee annees ar aret aren ano anos anno anni jaar",
    "weekend": "weekend weekends wochenende",
    "last": "last past previous prior preceding latest letzte letzten letzter letztes letztem vergangene vergangenen vorige vorigen voriges"
    " vorigem ostatni ostatnie ostatnich ostatnim ostatniego zeszly zeszlym zeszlego ubiegly ubieglym ubieglego poprzedni poprzednim dernier"
    " derniere derniers dernieres passe passee precedent precedente forra senaste foregaende ultimo ultimos ultima ultimas pasado pasada"
    " scorso scorsa ultimi afgelopen",
    "this": "this current running ongoing dieses dieser diesen diesem diese laufenden laufendes aktuellen biezacy biezacym biezacego tym"
    " tego ce cette cet denna detta este esta questo deze dit",
    "next": "next coming upcoming following nachste nachsten nachstes nachster nachstem naechste naechsten naechstes naechster kommenden"
    " kommende przyszly przyszlym przyszlego nastepny nastepnym nastepnego nastepne prochain prochaine prochains nasta kommande proximo"
    " proxima prossimo volgende",
    "since": "since seit depuis od sedan desde dal sinds",
    "until": "until till through bis jusqu jusque jusquau tot hasta",
    "from": "from ab von fran du",
    "to": "to do au till a hasta al",
    "between": "between zwischen entre miedzy pomiedzy mellan",
    "and": "and und et i och y e en &",
    "before": "before vor avant przed fore innan",
    "after": "after nach apres po efter",
    "of": "of de des du del in im w we le la les the der des den av",
    "ago": "ago",
    "same": "same gleichen gleicher meme samma",
    "ytd": "ytd",
    "mtd": "mtd",
    "qtd": "qtd",
    "today": "today heute dzis dzisiaj aujourd idag hoy oggi vandaag",
    "yesterday": "yesterday gestern wczoraj hier igar ayer ieri gisteren",
    "tomorrow": "tomorrow morgen jutro demain imorgon",
    "date": "date",
    "so": "so bisher dotad",
    "far": "far",
    "period": "period zeitraum okres periode",
    "earlier": "earlier zuvor wczesniej tidigare",
    "complete": "full complete completed whole",
    "fiscal": "fiscal financial geschaftsjahr geschaeftsjahr fiscale finansowy rakenskapsar",
    "1st": "first erste ersten erstes pierwszy pierwsze pierwszym premier premiere forsta primer primo",
    "2nd": "second zweite zweiten zweites drugi drugie drugim deuxieme second seconde andra segundo secondo",
    "3rd": "third dritte dritten drittes trzeci trzecim troisieme tredje tercer terzo",
    "4th": "fourth vierte vierten viertes czwarty czwartym quatrieme fjarde cuarto quarto",
    "lastyear": "vorjahr vorjahres vorjahreszeitraum rokrocznie fjolaret letztjahr",
    "thisyear": "heuer",
}
SYMBOLS: dict[str, str] = {}
for _symbol, _words in _SYMBOLS.items():
    for _word in _words.split():
        SYMBOLS.setdefault(fold(_word), _symbol)

SEASONS = {
    "spring": 3,
    "fruhling": 3,
    "fruhjahr": 3,
    "wiosna": 3,
    "printemps": 3,
    "summer": 6,
    "sommer": 6,
    "lato": 6,
    "latem": 6,
    "ete": 6,
    "autumn": 9,
    "fall": 9,
    "herbst": 9,
    "jesien": 9,
    "automne": 9,
    "winter": 12,
    "zima": 12,
    "hiver": 12,
}


def _weekday_on_or_before(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    return _weekday_on_or_before(date(year, 11, 28), 3) + timedelta(days=1)


def named_day(name: str, year: int) -> tuple[date, date]:
    """First and last day of a named day or season of `year`; `name` is one of the values of NAMED_DAYS."""
    fixed = {
        "Valentine’s Day": (2, 14),
        "Women’s Day": (3, 8),
        "Halloween": (10, 31),
        "Singles’ Day": (11, 11),
        "Christmas Eve": (12, 24),
        "New Year’s Eve": (12, 31),
        "New Year’s Day": (1, 1),
    }
    if name in fixed:
        day = date(year, *fixed[name])
        return day, day
    moving = {
        "Black Friday": (black_friday(year), 0),
        "Cyber Monday": (black_friday(year) + timedelta(days=3), 0),
        "Black Week": (black_friday(year) - timedelta(days=4), 6),
        "Easter Sunday": (easter(year), 0),
        "Easter Monday": (easter(year) + timedelta(days=1), 0),
        "Good Friday": (easter(year) - timedelta(days=2), 0),
        "Easter weekend": (easter(year) - timedelta(days=2), 3),
        "Christmas": (date(year, 12, 24), 2),
        "Christmas season": (date(year, 11, 1), 60),
    }
    first, more = moving[name]
    return first, first + timedelta(days=more)


NAMED_DAYS: dict[tuple[str, ...], str] = {
    tuple(phrase.split()): name
    for name, phrases in {
        "Black Friday": "black friday|blackfriday",
        "Cyber Monday": "cyber monday",
        "Black Week": "black week|cyber week|black friday week",
        "Easter Sunday": "easter|easter sunday|ostern|wielkanoc|wielkanocy|paques|pask",
        "Easter Monday": "easter monday|ostermontag",
        "Good Friday": "good friday|karfreitag",
        "Easter weekend": "easter weekend|osterwochenende",
        "Valentine’s Day": "valentine s day|valentines day|valentine s|valentines|valentine|valentinstag|walentynki",
        "Women’s Day": "women s day|womens day|international women s day",
        "Halloween": "halloween",
        "Singles’ Day": "singles day|single s day",
        "Christmas Eve": "christmas eve|heiligabend|wigilia",
        "Christmas": "christmas|xmas|christmas days|weihnachten|noel|boze narodzenie|jul",
        "Christmas season": "christmas season|christmas time|christmas business|holiday season|weihnachtsgeschaft|weihnachtszeit",
        "New Year’s Eve": "new year s eve|silvester|sylwester",
        "New Year’s Day": "new year s day|new year",
    }.items()
    for phrase in phrases.split("|")
}
UNFIXED_DAYS = {("mother", "s", "day"): "Mother’s Day", ("mothers", "day"): "Mother’s Day", ("father", "s", "day"): "Father’s Day"}
