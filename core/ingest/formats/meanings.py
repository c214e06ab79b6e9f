"""What a header says a column means, in the words and languages people use; no header is read further than its words prove."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from core.ingest.normalising import fold
from core.ingest.numbers import read_currency

MEANINGS: Mapping[str, str] = {
    "ean": "EAN or barcode",
    "code": "Reseller's item number",
    "sku": "Brand code (SKU)",
    "text": "Product name",
    "units": "Units sold",
    "amount": "Amount, VAT not stated",
    "amount_gross": "Amount including VAT",
    "amount_net": "Amount without VAT",
    "unit_price": "Price of one unit",
    "date": "Day of the sale",
    "month": "Month",
    "year": "Year",
    "period": "Period (month, quarter, week)",
    "week": "Week number",
    "week_end": "Last day of the week",
    "week_start": "First day of the week",
    "store": "Store",
    "channel": "Channel",
    "country": "Country",
    "currency": "Currency",
    "reseller": "Reseller",
    "brand": "Brand",
    "store_units": "Units of the store in the header",
    "store_amount": "Money of the store in the header",
    "store_total": "Total over all stores",
    "ignore": "Not read",
}
AMOUNTS = ("amount", "amount_gross", "amount_net")
FIGURES = ("units", *AMOUNTS, "unit_price")
PRODUCT_KEYS = ("ean", "code", "sku", "text")
STORE_UNITS, STORE_AMOUNT, STORE_TOTAL = BY_STORE = ("store_units", "store_amount", "store_total")  # one column for each store
DAYS = ("date", "week_end", "week_start", "week", "period", "month")

SYNONYMS: Mapping[str, str] = {
    "ean": "ean, product ean, ean code, ean 13, barcode, bar code, gtin, upc, ean nr, ean number, article ean, strichkode, strichcode, code barre,"
    " code barres, codigo ean, codigo de barras, codice a barre, codice ean, kod ean, kod kreskowy, barkodas, svitrkods, streckkod, strekkode,"
    " stregkode, viivakoodi, carovy kod, штрихкод, штрих код, codigo barras, gencod",
    "code": "code, item id, item no, item number, item code, article no, article number, article code, article id, material, material number, plu,"
    " product code, product id, product no, stock code, style, style no, artikelnummer, artikel nr, artnr, art nr, artikelcode, reference, ref,"
    " ref article, codigo, codigo articulo, referencia, codice, codice articolo, kod, kod produktu, indeks, nr artykulu, kodas, kods, artikelnr,"
    " varenummer, tuotenumero, kod zbozi, артикул, код, код товару, код товара",
    "sku": "sku, functional name, functional code, brand code, supplier reference, supplier sku, supplier code, vendor sku, brand sku, supplier ref",
    "text": "product, product name, description, stock description, article, item, item name, item description, product description, name, title,"
    " article name, article description, artikel, bezeichnung, artikelbezeichnung, produkt, produktname, beschreibung, produit, designation,"
    " libelle, nom du produit, producto, descripcion, nombre, articulo, prodotto, descrizione, articolo, nazwa, nazwa produktu, towar, opis,"
    " prekė, preke, pavadinimas, prekes pavadinimas, prece, nosaukums, omschrijving, produto, descricao, produktnamn, benamning, produktnavn,"
    " varenavn, tuote, nazev, zbozi, товар, назва, назва товару, наименование, название, номенклатура, номенклатура товару",
    "units": "quantity, qty, order qty, ordered qty, order quantity, sold, sold qty, qty sold, quantity sold, sold quantity, units, units sold,"
    " unit sales, sold units, sales units, sales qty, sales quantity, pcs, pieces, pieces sold, no of units, number of units, item sold,"
    " items sold, ordered, shipped, delivered, returned, returns, returned qty, menge, absatz, stuck, stk, stueck, anzahl, verkaufte menge, verkaufte stuck,"
    " verkauft, quantite, qte, unites, quantite vendue, qte vendue, ventes unites, cantidad, unidades, uds, unidades vendidas, cantidad vendida,"
    " quantita, pezzi, pz, quantita venduta, ilosc, ilosc sztuk, sztuki, szt, sprzedaz szt, sprzedaz ilosc, kiekis, vnt, parduota, parduotas kiekis, daudzums, skaits,"
    " pardots, gab, aantal, stuks, verkocht, verkocht aantal, quantidade, qtd, antal, antall, antal salda, salda, solgt, maara, kpl, myyty,"
    " mnozstvi, pocet, ks, prodano, кількість, кол во, количество, шт, продано, kogus, muudud",
    "amount": "amount, value, sales, sales value, sales lc, sales amount, revenue, turnover, total, line total, total value, total sales, sales total, net sales,"
    " net sales value, net revenue, revenue net, sales net, gross sales, total amount, sum, sales local currency, sales in local currency, retail sales, retail value,"
    " umsatz, betrag, wert, erlos, verkaufswert, ca, chiffre d affaires, chiffre affaires, ventes, montant, valeur, ventes valeur, importe,"
    " ventas, valor, facturacion, venta, importo, vendite, fatturato, valore, incasso, wartosc, kwota, sprzedaz, wartosc sprzedazy, obrot,"
    " sprzedaz wartosc, line price, extended price, ext price, gesamtpreis, prix total, precio total, prezzo totale, cena razem, totaalprijs, suma, apyvarta, pardavimai, verte, summa, apgrozijums, pardosana, omzet, bedrag, waarde, verkoop, vendas, faturamento,"
    " forsaljning, omsattning, omsetning, salg, omsaetning, belopp, belop, beloeb, belob, myynti, liikevaihto, trzba, trzby, castka, hodnota, obrat, сума, сумма,"
    " виручка, выручка, продажі, продажи, вартість, стоимость, muuk, kaive",
    "amount_gross": "sales inc vat, sales incl vat, gross value, gross amount, gross revenue, brutto, ttc, bruto, incl vat, inc vat, ca ttc,"
    " bruttoumsatz, umsatz brutto, bruttobetrag, wartosc brutto, sprzedaz brutto, montant ttc, ventes ttc, importe con iva, con iva, iva incluido,"
    " ivato, incl btw, omzet incl btw, su pvm, ar pvn, inkl moms, inkl mwst, sales with vat, value incl vat, amount incl vat, сума з пдв, с ндс",
    "amount_net": "net value, ex vat net sales, sales excl vat, sales ex vat, sales exc vat, netto, ht, net amount, excl vat, ex vat, exc vat, ca ht,"
    " nettoumsatz, umsatz netto, nettobetrag, wartosc netto, sprzedaz netto, montant ht, ventes ht, importe sin iva, sin iva, base imponible,"
    " imponibile, excl btw, omzet excl btw, be pvm, bez pvn, exkl moms, ohne mwst, sales without vat, value excl vat, amount excl vat, без пдв,"
    " без ндс, sales net of vat",
    "unit_price": "price, unit price, rrp, retail price, sales price, selling price, price per unit, item price, list price, srp, msrp, preis, vk, vk preis, uvp,"
    " stuckpreis, einzelpreis, verkaufspreis, prix, prix unitaire, prix de vente, pvp, pvc, precio, precio unitario, prezzo, prezzo unitario, cena, cena jednostkowa,"
    " cena detaliczna, kaina, prijs, stukprijs, adviesprijs, preco, pris, styckpris, hinta, цена, ціна",
    "date": "date, order date, sale date, sales date, transaction date, invoice date, day, datum, verkaufsdatum, kaufdatum, tag, jour, date de vente,"
    " date vente, fecha, fecha venta, fecha de venta, dia, data, data vendita, data sprzedazy, dzien, datums, diena, verkoopdatum, dag, data venda, dato,"
    " pvm, pardavimo data, paivamaara, paiva, дата, дата продажу, kuupaev",
    "month": "month, report month, sales month, mth, monat, mois, mes, mese, miesiac, menuo, menesis, maand, manad, maned, kuukausi, mesic, місяць, месяц, kuu",
    "year": "year, report year, sales year, yr, jahr, annee, ano, anno, rok, metai, gads, jaar, ar, vuosi, рік, год, aasta",
    "period": "period, report period, reporting period, sales period, quarter, zeitraum, periode, quartal, periodo, trimestre, okres, kwartal,"
    " laikotarpis, periods, kausi, obdobi, період, период",
    "week": "week, wk, week no, week number, cal week, calendar week, woche, kw, kalenderwoche, semaine, semana, settimana, tydzien, savaite, nedela,"
    " vecka, uke, uge, viikko, тиждень, неделя",
    "week_end": "week ending, week end, w e, we, week ending date, wk ending, last day of week",
    "week_start": "week commencing, week beginning, week start, week starting, w c, wc, wk commencing",
    "store": "store, pos, branch, location, door, shop, store name, branch name, shop name, outlet, point of sale, site, filiale, geschaft, laden,"
    " standort, magasin, boutique, point de vente, tienda, punto de venta, negozio, punto vendita, sklep, salon, lokalizacja, placowka,"
    " parduotuve, veikals, winkel, filiaal, vestiging, loja, butik, butikk, forretning, kauppa, myymala, prodejna, obchod, pobocka, магазин, точка,"
    " підрозділ, склад магазину, kauplus, door name, selling point",
    "channel": "channel, sales channel, canal, kanal, kanał, kanalas, kanaal, canale, канал",
    "country": "country, market, land, pays, pais, paese, kraj, salis, valstis, šalis, maa, zeme, країна, страна, country code, ship country",
    "currency": "currency, curr, ccy, currency code, wahrung, waehrung, devise, moneda, divisa, valuta, waluta, val, valiuta, valuuta, moeda, mena, валюта",
    "reseller": "reseller, vendor, customer, retailer, partner, account, client, kunde, handler, haendler, revendeur, cliente, distribuidor, rivenditore, klient,"
    " odbiorca, sprzedawca, pardavejas, pardevejs, klant, wederverkoper, aterforsaljare, forhandler, клієнт, клиент, покупець, контрагент, distributor",
    "brand": "brand, marke, marque, marca, marka, merk, varumarke, merke, brand name, zimols, prekes zenklas, бренд",
}
GROSS = re.compile(
    r"\b(?:inc|incl|including|inkl|with|z|con|mit|avec|su|ar|s|з|с)\.? ?(?:vat|btw|mwst|ust|iva|tva|pvm|pvn|moms|dph|пдв|ндс)\b"
    r"|\b(?:brutto|bruto|ttc|gross)\b"
)
NET = re.compile(
    r"\b(?:ex|exc|excl|excluding|exkl|without|bez|sin|ohne|hors|zonder|be|без|net of)\.? ?(?:vat|btw|mwst|ust|iva|tva|pvm|pvn|moms|dph|пдв|ндс|tax)\b"
    r"|\b(?:netto|neto|ht)\b"
)
# A figure of another time or another kind beside the facts: kept apart, never summed.
BESIDE = re.compile(
    r"\b(?:sply|ly|last year|previous year|prior year|prev year|vorjahr|n 1|ytd|year to date|cumul\w*|kumul\w*|variance|var|growth|vs|diff|delta|abw\w*|"
    r"share|avg|average|mean|budget|target|forecast|plan|stock|on hand|inventory|soh|closing|opening|cost|cogs|margin|marge|profit|discount|rabatt|fee|tax|"
    r"commission|weight|rank|bestand|stan)\b|%"
)
LINE_TOTALS = re.compile(
    r"\b(?:total|sum|turnover|revenue|sales|umsatz|omzet|ventas|ventes|vendite|fatturato|sprzedaz|obrot|apyvarta|apgrozijums|omsattning|omsetning|"
    r"forsaljning|myynti|liikevaihto|trzby|vendas|faturamento|chiffre|ca|summa|suma|gross value|net value|выручка|виручка|продажі|продажи)\b"
)
TOTAL_WORDS = re.compile(r"\b(?:total|sum|gesamt|razem|totaal|totale)\b")
FILLERS = ("total", "sum of", "sum", "local", "lc", "our", "in", "of", "net", "netto", "brutto")


@dataclass(frozen=True)
class Said:
    """What one header says. `meaning` None: nothing known. `currency`, `basis`: stated in the header itself; `beside`: last year, a share,
    a stock … next to the facts; `line`: a word that only a whole line's money has (turnover, total)."""

    meaning: str | None
    currency: str | None = None
    basis: str | None = None
    beside: bool = False
    line: bool = False


@cache
def _known() -> Mapping[str, str]:
    return {_glued(fold(word)): meaning for meaning, words in SYNONYMS.items() for word in words.split(",")}


def _glued(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def words_of(header: str) -> str:
    """A header in plain words: folded, `_` and changes of case parted, signs as blanks. `NetSalesValue` → `net sales value`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    return " ".join(re.sub(r"[\W_]+", " ", fold(spaced)).split())


@lru_cache(maxsize=1 << 12)
def read_header(header: str | None) -> Said:
    """What a header says: `Umsatz brutto (EUR)` → an amount including VAT, in EUR; `YTD Qty` → a figure beside the facts."""
    if header is None or not (plain := words_of(header)):
        return Said(None)
    currency, rest = _currency(header, plain)
    known = _known()
    meaning = known.get(_glued(plain)) or known.get(_glued(rest))
    if meaning is None and (BESIDE.search(plain) or "%" in header):
        return Said(None, beside=True)
    basis = _basis(plain)
    if meaning is None:
        meaning = known.get(_glued(_bare(rest))) or (f"amount_{basis}" if basis and not _bare(rest) else None)
    if meaning == "unit_price" and TOTAL_WORDS.search(plain):
        meaning = "amount"  # a total price is the money of the whole line
    if meaning == "amount" and basis:
        meaning = f"amount_{basis}"
    stated = basis if meaning == "unit_price" else meaning.removeprefix("amount_") if meaning in ("amount_gross", "amount_net") else None
    return Said(meaning, currency if meaning in FIGURES else None, stated, line=bool(LINE_TOTALS.search(plain)))


def _currency(header: str, plain: str) -> tuple[str | None, str]:
    """The currency a header names, and its words without it."""
    sign = next((sign for sign in ("€", "£", "zł", "₴", "Kč", "$") if sign in header), None)
    letters = {"zł": "zl", "Kč": "kc"}.get(sign or "", "")
    for word in plain.split():
        code = read_currency(word.upper()) if len(word) == 3 and word.isascii() else None
        if code and plain != word:
            return code, " ".join(other for other in plain.split() if other != word)
    return (read_currency(sign) if sign else None), " ".join(word for word in plain.split() if word != letters)


def _basis(plain: str) -> str | None:
    gross, net = GROSS.search(plain), NET.search(plain)
    if bool(gross) == bool(net) or (gross and plain.startswith("gross sales")):
        return None
    return "gross" if gross else "net"


def _bare(plain: str) -> str:
    """The words without VAT words and fillers."""
    bare = NET.sub(" ", GROSS.sub(" ", plain))
    return " ".join(word for word in bare.split() if word not in FILLERS)
