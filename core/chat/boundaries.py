"""What the chat does not do: fields nobody states, subjects that are not sales, and wishes to change or spy. Each with a helpful sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_QUESTION = 500  # characters; longer texts are pasted documents or attempts to overload the reader


@dataclass(frozen=True)
class Boundary:
    """Why a question is not answered. `kind`: 'missing' | 'scope' | 'write' | 'hostile'; hostile and write wishes are put into the audit log."""

    kind: str
    text: str


MISSING: dict[str, str] = {  # phrases → what is said; the phrase names a field that no file carries
    "shop format|shop formats|store type|store types|type of store|type of shop|store format|store formats|store size|store cluster|shop type|filialtyp|typ sklepu|type de magasin": (
        "The files state no store type. Ask by store, reseller, city or channel instead, for example “units per store in 2024”."
    ),
    "market share|market shares|share of market|marktanteil|marktanteile|udzial w rynku|part de marche|marknadsandel|competitor|competitors|competition|rival|rivals|konkurrenz|konkurrencja|benchmark|industry": (
        "There are no competitor or market figures here, so no market share. I can give shares within the own sales: by product, reseller, category or country."
    ),
    "sell through|sell through rate|sellthrough|abverkaufsquote": (
        "Sell-through needs stock, and only Liberty’s files state it: the pages Products and Resellers show it. Ask here for the stock of a product, or for units sold."
    ),
    "sellin|wholesale price|wholesale revenue|wholesale orders|purchase orders|deliveries to resellers|shipments": (
        "Sell-in (what the brand sold to resellers) is not in these files; they state sell-out to consumers. Ask for sell-out instead."
    ),
    "discount|discounts|promotion|promotions|promo|promos|voucher|vouchers|coupon|coupons|rabatt|rabatte|rabat|remise|markdown": (
        "The files state no discounts or promotions. The average unit price over time shows the effect: “average price per month”."
    ),
    "how many customers|number of customers|unique customers|customer count|wie viele kunden|anzahl kunden|ilu klientow|combien de clients|hur manga kunder|bought twice|customers bought"
    "|age|age group|gender|women|men|male|female|loyalty|loyalty tier|new customers|returning customers|repeat customers|customer lifetime value|clv|retention|churn|repeat rate"
    "|repeat purchase|repeat purchase rate|customer segment|segments|segment|demographics|kundengruppe|geschlecht": (
        "Nothing about customers is stored, so they can not be told apart. Orders, order values and delivery countries of the web shop can be asked."
    ),
    "footfall|visitors|visits|sessions|conversion|conversion rate|conversions|page views|pageviews|clicks|impressions|bounce rate|frequenz|konversion": (
        "Visits and conversion are not part of the sales files. Orders and revenue by traffic source can be asked: “orders by utm source”."
    ),
    "budget|budgets|plan|target achievement|marketing spend|ad spend|ads|advertising|roi|roas|cac|marketing cost|marketing costs|spend on marketing|werbekosten": (
        "Budgets and marketing costs are not stored here, only sales. I can compare with last year or project the current period."
    ),
    "staff|employees|employee|salesperson|sales person|salespeople|sales rep|salary|salaries|consultant|beauty advisor|mitarbeiter": (
        "Sales are not stated by person. Ask by store or reseller instead."
    ),
    "payment method|payment methods|paypal|credit card|klarna|zahlungsart|shipping|shipping cost|delivery time|delivery times|versand": (
        "Payment methods and shipping are not in the sales data. Payment fees, orders and order values of the web shop can be asked."
    ),
    "hour|hours|hourly|time of day|hour of the day|per hour|minute|uhrzeit|stunde|godzina|godziny|heure": (
        "Sales are stated by day at best, not by hour. Ask by weekday or by day, for example “which weekday sells best online”."
    ),
    "reason for return|return reason|return reasons|why do customers return|complaint|complaints|review|reviews|rating|ratings|satisfaction|nps": (
        "Reasons for returns and customer opinions are not in the files. Returned units and the returns rate can be asked."
    ),
    "region|regions|postcode|postal code|zip code|bundesland|wojewodztwo|state|states|province|area|areas|continent": (
        "The finest places are country and city of a store. Ask by country, city or store."
    ),
    "temperature|sunshine|colour|color|ingredient|ingredients|notes|smell|supplier|suppliers|lieferant|weight|shelf life|expiry": (
        "That is not in the sales data. Ask for sales by product, category or size."
    ),
}

SCOPE: dict[str, str] = {
    "weather|wetter|pogoda|meteo|vader|forecast for the weather": "The weather is not something I know.",
    "poem|poems|song|joke|jokes|story|haiku|essay|gedicht|wiersz|poeme|dikt|limerick|slogan|blog post|tweet|linkedin post": "I do not write texts.",
    "translate|translation|ubersetze|przetlumacz|traduis|traduire|oversatt": "I do not translate.",
    "news|politics|president|election|football|sports|stock price|share price|bitcoin|capital of|recipe|cook|restaurant|movie|film|music|birthday|horoscope|who are you|your name"
    "|are you human|meaning of life|homework|python|javascript|write code|program a|what time is it|flight|hotel|exchange rate of|nachrichten|wiadomosci": (
        "That is outside what I can answer."
    ),
}
OFFER = "I answer questions about your sales, for example “sales by month in 2024”, “top 10 products” or “Liberty against last year”."

_WRITE = re.compile(
    r"\b(delete|remove|erase|wipe|purge|undo|revert|roll ?back|overwrite|upload(?! \d)|import|insert|update|modify|edit|correct|change|rename|create|add|set|replace|restore|reset|merge"
    r"|l[oö]sch\w*|usu[nń]\w*|supprim\w*|effac\w*|radera|ta bort|skasuj|zmie[nń]|ändere)\b"
    r"[^?]{0,40}\b(upload|uploads|batch|batches|file|files|rows?|records?|entry|entries|data|table|tables|users?|account|accounts|password|price|prices|product name|reseller name|store name|rate|rates|alias|aliases"
    r"|datei|dateien|daten|hochladen|plik|pliki|dane|wiersze|fichier|fichiers|donn[ée]es|filen|uppladdning\w*|import)\b",
    re.IGNORECASE,
)
_SQL_WRITE = re.compile(
    r"\b(drop|truncate|alter|grant|revoke|vacuum|copy)\s+(table|database|schema|view|role|user|index|all|select|from|\w+\s+(from|to))\b|\bdelete\s+from\b|\binsert\s+into\b"
    r"|\bupdate\s+\w+\s+set\b|;\s*--|;\s*(drop|delete|insert|update|alter|select|create|grant|truncate)\b|\bunion\s+(all\s+)?select\b|\bpg_(sleep|read_file|shadow|user|catalog|tables)\w*"
    r"|\binformation_schema\b|\bxp_cmdshell\b|\bor\s+['\"]?1['\"]?\s*=\s*['\"]?1",
    re.IGNORECASE,
)
_SQL = re.compile(r"^\s*(select\b.+\bfrom\b|with\s+\w+\s+as\s*\()", re.IGNORECASE | re.DOTALL)
_PRYING = re.compile(
    r"\b(users?\s+(table|and|with)|from\s+users|table\s+users|usernames?|user names?|passwords?|passwort\w*|has[lł]\w*|mot de passe|password_?hash\w*|secret\s?_?keys?|api[ _-]?keys?|credentials?|tokens?"
    r"|audit[_ ]log|email[_ ]logs?|conversation[_ ]history|dashboard[_ ]configs?|app[_ ]state|environment variables?|env(ironment)? file|database url|connection string|what others asked|other people.s questions"
    r"|(list|show|who are)( me)?( all)?( the)? users)\b",
    re.IGNORECASE,
)
_RULES = re.compile(
    r"\b(ignore|disregard|forget|bypass|override|skip|ignoriere|zignoruj|ignore[rz]|ignorera)\b[^.?]{0,40}\b(rules?|instructions?|prompts?|limits?|restrictions?|guard\w*|permissions?|regeln|anweisungen|zasady|instrukcje|consignes|regler|anvisningar|safety)\b"
    r"|\bsystem prompt\b|\byour (instructions|prompt|rules)\b|\bdeveloper mode\b|\bjailbreak\b|\bpretend (to be|you)\b|\bact as (an? )?(admin|root|superuser|dba)\b|\bas (admin|root|superuser)\b|\bdisable (the )?(guard|security|checks?)\b|<script|\$\{|\{\{",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"\b(e-?mail|mail|send|forward|share|post|publish|schedule|schick\w*|sende|wy[sś]lij|envo(yer|ie|yez)|skicka)\b[^?]{0,60}\b(to|an|do|à|till|everyone|all|team|boss|every (day|week|month|monday)|weekly|daily|report|bericht|raport|rapport|me)\b",
    re.IGNORECASE,
)


def out_of_bounds(question: str) -> Boundary | None:
    """A wish to change, send or spy, read from the raw text; None when there is none. Words inside are never run, only judged."""
    if _RULES.search(question):
        return Boundary("hostile", f"I keep to my rules: I only read published sales figures. {OFFER}")
    if _SQL_WRITE.search(question):
        return Boundary(
            "hostile", "The question contains a database command. Nothing was run: questions are only read as text. Ask in plain words."
        )
    if _PRYING.search(question):
        return Boundary("hostile", f"Accounts, logs and secrets can not be asked here. {OFFER}")
    if _SQL.search(question):
        return Boundary(
            "scope",
            "I read questions in words. To run a SELECT over the published views, use the SQL field of the notebook or ask in words.",
        )
    if _WRITE.search(question):
        return Boundary(
            "write",
            "The chat only reads. Uploads are taken back under Data, History; products, stores and prices are changed under Admin, Catalogue.",
        )
    if _MAIL.search(question):
        return Boundary("write", "The chat does not send anything. Reports are built, scheduled and mailed on the Reports page.")
    return None


FISCAL = (
    "When does your fiscal year start? It is not stated in the settings. For the calendar year ask “sales in {year}”, for any other twelve months name them, "
    "for example “sales from April {before} to March {year}”."
)
