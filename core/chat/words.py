"""What people call figures, groups and wishes, in seven languages. Tables of phrases → meaning; how they combine stands in `slots`."""

from __future__ import annotations

from collections.abc import Mapping

MEASURES: Mapping[str, str] = {
    "sales_eur_net": "net|netto|sales excluding vat|sales excl vat|excluding vat|excl vat|without vat|sales|sale|sales value|sales volume in eur|revenue|revenues|turnover|net sales|net revenue|net turnover|takings|income|sales figures"
    "|umsatz|umsatze|umsaetze|umsatzzahlen|nettoumsatz|erlos|erlose|verkaufe|einnahmen|absatzumsatz"
    "|sprzedaz|sprzedazy|sprzedaze|obrot|obroty|obrotu|przychod|przychody|przychodow|utarg"
    "|ventes|vente|chiffre d affaires|chiffres d affaires|ca|recettes|revenu|revenus"
    "|forsaljning|forsaljningen|omsattning|omsattningen|intakter|ventas|facturacion|ingresos|vendite|fatturato|ricavi|omzet|verkoop|verkopen",
    "sales_eur_gross": "gross sales|gross revenue|gross turnover|sales including vat|sales incl vat|revenue including vat|revenue incl vat|gross"
    "|sales with vat|with vat|incl vat|including vat|bruttoumsatz|brutto|sprzedaz brutto|ventes ttc|ttc",
    "units": "units|unit|pieces|piece|pcs|quantity|quantities|qty|volume|volumes|unit sales|sales volume|sales in units|items sold|units sold|bottles|number of units"
    "|number of pieces|absatz|absatze|stuck|stueck|menge|mengen|stuckzahl|stuckzahlen|einheiten|sztuk|sztuki|ilosc|ilosciowo|wolumen"
    "|unites|unite|quantite|quantites|antal|enheter|styck|unidades|cantidad|unita|pezzi|quantita|stuks|aantal|aantallen",
    "orders": "orders|order|number of orders|order count|web orders|purchases|bestellungen|bestellung|auftrage|zamowienia|zamowien|zamowienie"
    "|commandes|commande|nombre de commandes|bestallningar|ordrar|pedidos|ordini|bestellingen",
    "aov": "average order value|avg order value|mean order value|aov|basket size|basket value|average basket|avg basket|avg basket size|average basket size"
    "|average basket value|order value|order size|average order size|average order|spend per order|sales per order|revenue per order|average spend"
    "|durchschnittlicher bestellwert|bestellwert|warenkorb|warenkorbwert|panier moyen|srednia wartosc zamowienia|wartosc koszyka|snittorder|ordervarde"
    "|genomsnittligt ordervarde|ticket medio|scontrino medio",
    "average_unit_price": "average price|avg price|mean price|average selling price|avg selling price|average unit price|unit price|price per unit|price per piece"
    "|average price per unit|average price per piece|asp|weighted average price|weighted price|weighted average selling price|sell for on average"
    "|sells for on average|sold for on average|on average sell for|selling price|price point|average retail price|average sales price|sales price|price|prices|price development|cost on average"
    "|durchschnittspreis|durchschnittlicher preis|durchschnittlicher verkaufspreis|preis pro stuck|srednia cena|cena srednia|cena za sztuke"
    "|prix moyen|prix de vente moyen|prix unitaire|snittpris|genomsnittspris|medelpris|precio medio|prezzo medio|gemiddelde prijs",
    "returns_rate": "return rate|returns rate|refund rate|rate of returns|rate of return|share of returns|returns in percent|retourenquote|rucksendequote"
    "|wskaznik zwrotow|taux de retour|returgrad",
    "units_returned": "returns|return|returned|returned units|units returned|return units|refunds|refund|refunded|sent back|come back|comes back|came back|retouren"
    "|retoure|rucksendungen|ruckgaben|zwroty|zwrotow|retours|retour|returer|devoluciones|resi",
    "units_per_order": "units per order|items per order|pieces per order|products per order|units per basket|items per basket|pieces per basket|upt"
    "|units per transaction|stuck pro bestellung|artikel pro bestellung|sztuk na zamowienie|unites par commande|articles par commande",
    "gross_profit": "gross profit|profit|profits|earnings|gewinn|rohertrag|deckungsbeitrag|zysk|zysk brutto|benefice|vinst|bruttovinst|beneficio|utile",
    "margin": "margin|margins|gross margin|profit margin|profitability|marge|gewinnmarge|handelsspanne|rohmarge|marza|rentownosc|marge brute|marginal|bruttomarginal"
    "|margen|margine",
    "contribution": "contribution margin|contribution after fees",
    "cost_of_goods": "cost of goods|cost of goods sold|cogs|costs of goods|wareneinsatz|koszt towarow|cout des marchandises",
    "payment_fee": "payment fee|payment fees|stripe fee|stripe fees|transaction fees|fees|zahlungsgebuhren",
    "active_products": "distinct products|different products|distinct eans|different eans|number of eans|number of skus|active products|selling products|product count|number of different products|anzahl produkte",
}
COUNTED: Mapping[str, str] = {  # measures that count the members of a dimension
    "store": "active_stores",
    "product": "active_products",
    "reseller": "resellers",
    "order": "orders",
}
COUNTS: Mapping[str, str] = {  # phrases that are a count by themselves
    "active_stores": "active stores|active doors|selling stores|selling doors|distribution",
    "active_products": "widest range|broadest range|largest range|biggest range|assortment width|range width|width of the range|breadth of range"
    "|widest assortment|broadest assortment|largest assortment|most products"
    "|most different products|widest selection|smallest range|narrowest range",
}
WEAK_SALES = (
    "sell|sells|sold|selling|make|makes|made|making|earn|earns|earned|money|bring in|brings in|brought in|bringing in|generate|generated|generates|buy|bought|buys"
    "|purchased|verkauft|verkaufen|verkaufte|verkauften|kaufen|kauften|gekauft|sprzedalismy|sprzedano|sprzedaje|sprzedajemy|sprzedaly|sprzedal|kupili|vendu"
    "|vendus|vendons|vend|vendent|achete|salt|salde|saljer|saljs|vendido|vendimos|venduto|verkocht|value|went out|shipped|business"
)
COUNT_WORDS = (
    "how many|number of|count of|count|wie viele|wieviele|anzahl|anzahl der|anzahl an|ile|liczba|liczbe|combien de|combien d|nombre de|nombre d|hur manga|antalet"
    "|cuantos|cuantas|numero de|quanti|quante|hoeveel"
)

SINGULAR: Mapping[str, str] = {
    "product": "product|article|item|sku|ean|reference|scent|fragrance|produkt|artikel|duft|produktu|produkcie|produit|producto|prodotto|model",
    "reseller": "reseller|partner|retailer|account|vendor|dealer|distributor|stockist|handler|handlerin|haendler|sprzedawca|sprzedawcy|revendeur|distributeur"
    "|aterforsaljare|revendedor|distribuidor|rivenditore|wederverkoper",
    "store": "store|door|pos|branch|boutique|outlet|point of sale|filiale|laden|geschaft|sklep|sklepu|magasin|butik|tienda|negozio|winkel|shop|location",
    "category": "category|product category|product group|product line|kategorie|produktgruppe|warengruppe|kategoria|kategorii|categorie|kategori|categoria",
    "size": "size|format|bottle size|grosse|groesse|rozmiar|taille|storlek|tamano|formato",
    "country": "country|market|nation|land|markt|kraj|kraju|rynek|rynku|pays|marche|marknad|pais|paese",
    "city": "city|town|stadt|miasto|miasta|ville|stad|ciudad|citta",
    "source": "channel|sales channel|kanal|vertriebskanal|kanalu|canal|kanaal|source of sale",
    "utm_source": "utm source|utm_source|utm|traffic source|source of traffic|acquisition source|marketing source|referrer|traffic channel|source|quelle|zrodlo"
    "|traffic|marketing channel",
    "utm_medium": "utm medium|medium",
    "utm_campaign": "utm campaign|campaign|kampagne|kampania|campagne",
    "device": "device|device type|gerat|geraet|urzadzenie|appareil|enhet",
    "line_kind": "line kind|kind of line",
    "order": "order id|order number",
    "day": "day|date|tag|dzien|jour|dag|dia|giorno|datum",
    "week": "week|iso week|calendar week|woche|kalenderwoche|kw|tydzien|semaine|vecka|semana|settimana",
    "month": "month|monat|miesiac|mois|manad|mese|maand",
    "quarter": "quarter|quartal|kwartal|trimestre|kvartal|kwartaal",
    "year": "year|calendar year|jahr|annee|anno|jaar",
    "weekday": "weekday|day of the week|day of week|wochentag|dzien tygodnia|jour de la semaine|veckodag|dia de la semana",
}
PLURAL: Mapping[str, str] = {
    "product": "products|articles|items|skus|eans|references|scents|fragrances|assortment|sortiment|produkte|produkten|dufte|produkty|produktow|produktach|produits"
    "|produkter|productos|prodotti|producten|models",
    "reseller": "resellers|partners|retailers|accounts|vendors|dealers|distributors|stockists|handlern|wiederverkaufer|sprzedawcow|revendeurs"
    "|distributeurs|revendedores|rivenditori|wederverkopers",
    "store": "stores|doors|branches|boutiques|outlets|points of sale|filialen|laden|geschafte|geschaften|sklepy|sklepow|magasins|butiker"
    "|tiendas|negozi|winkels|shops|locations",
    "category": "categories|product categories|product groups|product lines|kategorien|produktgruppen|warengruppen|kategorie|categories|kategorier|categorias",
    "size": "sizes|formats|bottle sizes|grossen|groessen|rozmiary|rozmiarow|tailles|storlekar|formati",
    "country": "countries|markets|nations|lander|laender|landern|markte|maerkte|kraje|krajow|krajach|rynki|rynkow|marches|paises|paesi|landen",
    "city": "cities|towns|stadte|staedte|miast|villes|stader|ciudades",
    "source": "channels|sales channels|kanale|kanaele|vertriebskanale|kanaly|kanalow|canaux|kanaler|canales|canali|channel mix",
    "utm_source": "utm sources|traffic sources|sources of traffic|marketing sources|referrers|sources|quellen|zrodla|zrodel|marketing channels",
    "utm_medium": "utm mediums|utm media",
    "utm_campaign": "utm campaigns|campaigns|kampagnen|kampanie|campagnes",
    "device": "devices|device types|gerate|geraete|urzadzenia|appareils",
    "day": "days|dates|daily|by day|day by day|day to day|per day|tage|taglich|taeglich|tageweise|tagesweise|dziennie|dni|jours|quotidien|quotidiennes|dagar|dagligen",
    "week": "weeks|weekly|week by week|wochen|wochentlich|woechentlich|wochenweise|tygodniowo|tygodnie|tygodni|semaines|hebdomadaire|veckovis|veckor",
    "month": "months|por mes|al mes|monthly|month by month|month to month|monate|monaten|monatlich|monatsweise|monatliche|miesiace|miesiecy|miesiecznie|miesieczna|mensuel|mensuelle"
    "|mensuelles|manader|manadsvis|meses|mensual|mensuales|mesi|mensile|maanden|maandelijks",
    "quarter": "quarters|quarterly|quarter by quarter|quartale|quartalsweise|quartalen|kwartaly|kwartalow|kwartalnie|trimestres|trimestriel|trimestrielles|kvartalsvis|trimestri",
    "year": "years|yearly|annual|annually|year by year|jahre|jahren|jahrlich|jaehrlich|rocznie|lata|annuel|annuelles|annees|arligen|anos|anni",
    "weekday": "weekdays|days of the week|wochentage|wochentagen|dni tygodnia|jours de la semaine|veckodagar",
}
SOURCES: Mapping[str, str] = {
    "online": "online|on line|web shop|webshop|web store|webstore|web|e shop|eshop|e commerce|ecommerce|ecom|d2c|dtc|direct to consumer|internet|own shop|own web shop"
    "|own webshop|own online shop|online shop|online store|online shops|our shop|our web shop|our site|our own shop|our website|website|on the web|onlineshop|im internet"
    "|sklep internetowy|sklepie internetowym|w sklepie internetowym|przez internet|en ligne|sur internet|boutique en ligne|pa natet|natbutik|natet|webbshop|webbutik"
    "|e handel|en linea|tienda online|in rete|shop online|webwinkel|web sales|internetowa|internetowo",
    "offline": "offline|off line|sell out|sellout|retail|brick and mortar|bricks and mortar|in store|instore|in stores|in shops|in the shops|in the stores|stationary"
    "|physical stores|physical shops|physical retail|shops only|stores only|only stores|only shops|only in stores|only in shops|in retail|at retail|through resellers"
    "|via resellers|at resellers|through retail|wholesale partners|at retailers|through partners|store sales|in store sales|high street|in doors|stationar|stationaer"
    "|im handel|im laden|in den laden|stationarer handel|einzelhandel|handel|stacjonarnie|w sklepach|stacjonarna|stacjonarnych|detal|en magasin|en boutique|en magasins"
    "|magasins physiques|i butik|fysiska butiker|i butikerna|en tienda|in negozio|in de winkel|the shops|did the stores|did stores|did shops|from resellers|or in shops|on the high street",
    "reseller_web": "resellers web shops|reseller web shops|web shops of resellers|web shops of the resellers|online at resellers|resellers online|partner web shops"
    "|retailers web shops|online stores of resellers|online shops of resellers|partners web shops",
    "both": "both channels|all channels|online and offline|offline and online|in total over all channels|combined|all sources|everywhere|total business|omnichannel",
}
OPTIONS: Mapping[str, str] = {
    "without_bulk": "without bulk|excluding bulk|exclude bulk|excl bulk|no bulk|without bulk orders|excluding bulk orders|without bulk lines|ohne bulk|ohne grossauftrage|bez bulk|sans vrac",
    "alike_products": "like for like products|like for like over products|like for like by product range|on comparable products|comparable products only|gleiches sortiment|bei gleichem sortiment",
    "alike_stores": "like for like|like 4 like|lfl|l4l|like for like stores|like for like over stores|same store|same store sales|same stores only|comparable stores|on comparable stores|comparable store sales"
    "|flachenbereinigt|auf vergleichbarer flache|porownywalne sklepy|a magasins comparables|a perimetre constant|jamforbara butiker",
    "every_kind": "including samples|incl samples|with samples|including testers|incl testers|including samples and testers|including testers and samples"
    "|including free goods|with free goods|samples included|inklusive muster|einschliesslich proben",
}
DAYS_OF_WEEK: Mapping[str, str] = {
    "Monday": "mondays|on mondays|on a monday|montags",
    "Tuesday": "tuesdays|on tuesdays|on a tuesday|dienstags",
    "Wednesday": "wednesdays|on wednesdays|on a wednesday|mittwochs",
    "Thursday": "thursdays|on thursdays|on a thursday|donnerstags",
    "Friday": "fridays|on fridays|on a friday|freitags",
    "Saturday": "saturdays|on saturdays|on a saturday|samstags",
    "Sunday": "sundays|on sundays|on a sunday|sonntags",
    "Saturday+Sunday": "weekend|weekends|on weekends|at weekends|at the weekend|in the weekend|on the weekend|am wochenende|wochenende|wochenenden|w weekend|w weekendy|le week end",
    "Monday+Tuesday+Wednesday+Thursday+Friday": "working days|on working days|werktags|an werktagen|monday to friday",
}
