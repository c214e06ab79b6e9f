"""What else people call measures and dimensions, in English, German, Polish, French, Swedish, Spanish, Italian and Dutch. Only to suggest the
name that exists: an unknown word is never taken for one.
"""

from __future__ import annotations

from collections.abc import Mapping

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    name: tuple(words.split("|"))
    for name, words in {
        "sales_eur_net": "net revenue|net sales|revenue|sales|turnover|sales net|umsatz|nettoumsatz|erlöse|przychód|przychody|obrót|sprzedaż netto"
        "|chiffre d'affaires|ca|ventes|ventes nettes|omsättning|försäljning|ventas|ingresos|fatturato|omzet",
        "sales_eur_gross": "gross revenue|gross sales|revenue with vat|sales incl vat|bruttoumsatz|sprzedaż brutto|ventes ttc|ca ttc|ventas brutas",
        "units": "units|pieces|pcs|qty|quantity|volume|items sold|stück|stückzahl|menge|absatz|sztuki|ilość|unités|quantité|antal|unidades|pezzi|stuks",
        "units_returned": "returned units|returned pieces|retouren|zwroty|retours|devoluciones|resi",
        "returns_rate": "return rate|returns|retourenquote|wskaźnik zwrotów|taux de retour",
        "orders": "number of orders|order count|bestellungen|aufträge|zamówienia|commandes|beställningar|pedidos|ordini",
        "aov": "average order value|basket value|average basket|bestellwert|durchschnittlicher bestellwert|średnia wartość zamówienia|panier moyen",
        "average_unit_price": "average price|unit price|asp|price per unit|durchschnittspreis|średnia cena|prix moyen",
        "gross_profit": "profit|gross margin money|rohertrag|rohgewinn|zysk brutto|bénéfice brut",
        "margin": "gross margin|margin percent|marge|marża|marżowość",
        "cost_of_goods": "cogs|cost|costs|wareneinsatz|koszt własny|coût des marchandises",
        "payment_fee": "fee|fees|payment fees|gebühren|prowizja|frais",
        "share": "share of sales|share of revenue|anteil|umsatzanteil|udział|part de marché",
        "active_stores": "doors|selling stores|aktive filialen",
        "reseller": "resellers|vendor|vendors|retailer|retailers|partner|account|customer|händler|wiederverkäufer|kunde|sprzedawca|klient|revendeur|client",
        "store": "stores|door|doors|shop|shops|pos|branch|location|filiale|laden|geschäft|sklep|magasin|butik|tienda|negozio|winkel",
        "product": "products|sku|skus|article|articles|item|items|ean|artikel|produkt|produkty|produit|article",
        "category": "categories|product group|kategorie|warengruppe|kategoria|catégorie",
        "country": "countries|market|markets|land|länder|kraj|rynek|pays|marché",
        "month": "months|monthly|monat|monate|miesiąc|mois|månad|mes|mese|maand",
        "week": "weeks|weekly|woche|wochen|tydzień|semaine|vecka|semana",
        "day": "days|date|daily|tag|tage|dzień|jour",
        "quarter": "quarters|quartal|kwartał|trimestre",
        "year": "years|jahr|rok|année",
        "channel": "channels|sales channel|kanal|vertriebskanal|kanał|canal",
        "size": "sizes|format|ml|größe|rozmiar|taille",
        "utm_campaign": "campaign|campaigns|kampagne|kampania|campagne",
        "order": "order number|order id|bestellnummer|numer zamówienia|numéro de commande",
    }.items()
}
