"""What people want done with a figure: rank, compare, explain, forecast … and what can not be done here. Tables of phrases → meaning."""

from __future__ import annotations

from collections.abc import Mapping

OPERATIONS: Mapping[str, str] = {
    "top": "top|best|most|highest|biggest|largest|strongest|leading|number one|best selling|bestselling"
    "|top selling|most popular|favourite|favorite|greatest|ranked|ranking|rank|ranked by|most sold|sells best|sell best|sold best|hottest|most successful"
    "|best performing|which one made more|made more|bigger|beste|besten|bester|bestes|meistverkaufte|meistverkauften|meisten|starkste|starksten|grosste|grossten"
    "|hochste|hochsten|rangliste|spitzenreiter|najlepszy|najlepsze|najlepszych|najlepiej|najwiecej|najwiekszy|najwieksze|najczesciej|ranking"
    "|meilleur|meilleure|meilleurs|meilleures|plus vendus|le plus|plus grand|plus grands|classement|basta|bast|storsta|mest|mejor|mejores|mas vendidos|migliori|migliore|piu venduti",
    "bottom": "bottom|worst|least|lowest|smallest|weakest|slowest|slowest selling|worst selling|least sold|least popular|poorest|fewest"
    "|schlechteste|schlechtesten|schwachste|schwachsten|wenigsten|niedrigste|geringste|najgorszy|najgorsze|najgorszych|najslabszy|najslabsze|najmniej"
    "|pire|pires|moins vendus|le moins|plus faible|samst|samsta|minst|lagsta|peor|peores|peggiori",
    "sellers": "best seller|best sellers|bestseller|bestsellers|top sellers|top seller|kassenschlager|verkaufsschlager|bestsellery|meilleures ventes|storsaljare",
    "flops": "flop|flops|shelf warmers|ladenhuter",
    "fast": "fast movers|fast mover|fast moving|schnelldreher",
    "slow": "slow movers|slow mover|slow moving|langsamdreher",
    "fastest": "fastest|quickest|steepest|most dynamic|am schnellsten|schnellsten|najszybciej|le plus vite|snabbast",
    "compare": "compare|compares|compared|comparison|comparing|vergleich|vergleiche|vergleichen|porownaj|porownanie|comparer|comparaison|jamfor"
    "|jamfort|jamforelse|comparar|confronta|vergelijk|better or worse|doing better|difference|gap|unterschied",
    "growth": "grow|grows|grew|grown|growth|growing|growth rate|increase|increased|increasing|rise|rose|rising|gain|gained|gaining|change|changed|changes|development in percent"
    "|yoy change|year over year growth|yoy growth|gewachsen|wachst|wachstum|zuwachs|steigerung|gestiegen|veranderung|entwickelt|wzrost|wzroslo|wzrosla|urosl|urosla|zmiana|croissance"
    "|progression|hausse|augmente|augmentation|evolution|tillvaxt|okning|okat|vaxt|vaxer|forandring|crecimiento|crecido|crescita|groei|gegroeid|percent up|up on|up from",
    "declining": "declining|in decline|on the decline|declining in sales",
    "decline": "drop|drops|dropped|dropping|fall|falls|fell|fallen|falling|decline|declines|declined|decrease|decreased|decreasing|shrink|shrinks|shrank|shrinking|shrunk"
    "|slow down|slows down|slowing|slowing down|slowed down|losing|lose|loses|lost|losing ground|weaken|weakening|dip|dipped|below|worse|going down|went down|down on|down from|struggling"
    "|ruckgang|gesunken|sinkt|sinken|sinkenden|fallt|gefallen|fallende|fallenden|rucklaufig|einbruch|spadek|spadla|spadlo|spada|spadki|spadajaca|baisse|baissent|recul|diminue|diminution|nedgang|minskning|minskat|minskar|sjunkit|sjunker|caida|calo|daling",
    "ends": "top and flop|top and flops|best and worst|worst and best|top and bottom",
    "movers": "winners and losers|winners losers|winner and loser|gainers and losers|movers|top movers|biggest movers|tops and flops|ups and downs|risers and fallers"
    "|gewinner und verlierer|wygrani i przegrani|gagnants et perdants|vinnare och forlorare",
    "winners": "winners|winner|gainers|risers|gewinner|wygrani|gagnants|vinnare",
    "losers": "losers|loser|fallers|decliners|verlierer|przegrani|perdants|forlorare",
    "yoy": "year over year|year on year|yoy|y o y|y y|vs ly|against ly|versus ly|vs last year|jahresvergleich|zum vorjahr|gegenuber vorjahr|gegenuber dem vorjahr|im vergleich zum vorjahr"
    "|rok do roku|r r|d une annee sur l autre|sur un an|ar over ar|ar for ar",
    "mom": "monthly growth|monthly growth rate|month over month|month on month|mom|m o m|zum vormonat|gegenuber vormonat|miesiac do miesiaca|d un mois sur l autre|manad for manad",
    "qoq": "quarterly growth rate|quarter over quarter|quarter on quarter|qoq|q o q|quarterly growth|zum vorquartal|kwartal do kwartalu",
    "wow": "week over week|week on week|wow",
    "share": "share|shares|percentage|percentage of|percent|percent of|proportion|portion|fraction|split of|what part|how much of|contribution of|contributes|contribute|makes up|make up"
    "|mix|anteil|anteile|anteilig|prozent|udzial|udzialy|udzialu|procent|part|parts|part de|quota|andel|andelar|cuota|aandeel",
    "concentration": "how concentrated|concentrated|concentration|dependent|dependency|how dependent",
    "trend": "trend|trends|over time|develop|develops|developed|developing|development|evolve|evolved|evolution over time|curve|time series|timeline|history|course|going up or down"
    "|verlauf|entwicklung|entwickelt sich|im zeitverlauf|tendenz|rozwoj|przebieg|w czasie|tendance|au fil du temps|utveckling|over tid|tendencia|andamento|is rising|rising or falling",
    "rolling": "moving average|rolling average|rolling mean|running average|smoothed|7 day average|seven day average|gleitender durchschnitt|gleitenden durchschnitt|srednia kroczaca"
    "|srednia ruchoma|moyenne mobile|moyenne glissante|glidande medelvarde|rullande medelvarde|media movil|media mobile",
    "cumulative": "cumulative|cumulated|cumulatively|running total|running sum|accumulated|kumuliert|kumulierte|kumulativ|laufende summe|narastajaco|skumulowana|cumul|cumule|cumulees|cumules"
    "|ackumulerad|ackumulerat|acumulado|cumulato|cumulatief",
    "why": "why|how come|what drove|what drives|what caused|what explains|what is driving|what was behind|what s behind|what is behind|drivers|driver|reason|reasons|cause|causes|explain"
    "|bridge|where does the change come from|where did the growth come from|where does the growth come from|where did it come from|what happened|warum|wieso|weshalb|grund|ursache|dlaczego|czemu|skad|przyczyna|pourquoi|raison"
    "|varfor|orsak|por que|perche|waarom|price or volume|price and volume|price versus volume|price volume",
    "forecast": "forecast|forecasts|forecasting|predict|prediction|predictions|outlook|projection|project|projected|expect|expected|estimate|will we sell|will we make|are we going to sell"
    "|should i stock|should we stock|should i order|should we order|do we need to stock|future|prognose|prognosen|vorhersage|ausblick|erwarten|prognoza|prognozy|przewidywana|przewidywania|prevision|previsions|prevoir"
    "|prognos|prognoser|prevision de ventas|pronostico|previsione|prognose voor|will sell",
    "target": "reach|reaches|hit|hits|achieve|get to|make it to|exceed|pass|surpass|on track for|on track to|erreichen|erreicht|schaffen|osiagnie|osiagniemy|przekroczy|atteindre|atteindra|na upp till",
    "runrate": "run rate|runrate|at this pace|at this rate|current pace|pace|hochrechnung|hochgerechnet|extrapolate|extrapolated|extrapolation|landing",
    "average": "average|avg|mean|on average|averaged|averages|durchschnitt|durchschnittlich|durchschnittliche|durchschnittlicher|durchschnittlichen|im schnitt|schnitt|mittelwert|srednia|srednie|sredni|srednio|przecietnie"
    "|moyenne|en moyenne|moyen|moyennes|genomsnitt|genomsnittlig|genomsnittliga|i snitt|snitt|medel|promedio|in media|gemiddeld|gemiddelde",
    "median": "median|typical|typically|normal|usual|mediana|mediane|typisch|typischer|typowy|typique",
    "zero": "never sold|sold nothing|sell nothing|sells nothing|no sales|without sales|without a sale|without any sales|without any sale|not sold|did not sell|didn t sell|does not sell|do not sell|don t sell|doesn t sell|have not sold|haven t sold|has not sold|hasn t sold"
    "|not selling|zero sales|zero units|unsold|no sale|stopped selling|not a single unit|not been sold|were not sold|weren t sold|wasn t sold|was not sold|nothing sold|had no sales|nicht verkauft|ohne verkauf|ohne umsatz|keine verkaufe"
    "|keinen umsatz|nie verkauft|bez sprzedazy|nie sprzedano|nie sprzedaly|nie sprzedaly sie|sans vente|sans ventes|jamais vendu|jamais vendus|pas vendu|pas vendus|utan forsaljning|inte salt|inte salda|aldrig salt|sin ventas|senza vendite",
    "streak": "in a row|consecutive|consecutively|straight|three months running|months running|successive|hintereinander|in folge|z rzedu|kolejne|d affilee|consecutifs|i rad",
    "pareto": "pareto|80 20|abc|abc analysis|abc class|abc classes|abc classification|abc analyse|abc klassen|analiza abc|analyse abc|class a products|a class products|80 %|80 percent|80 per cent|eighty percent|80 prozent|80 procent|80 pour cent|80 of",
    "pairs": "sells together|sell together|sold together|bought together|buy together|together with|goes with|go with|in the same order|same basket|in the same basket|cross sell|cross selling|basket analysis|market basket|combined with|bought with|sold with|alongside|zusammen gekauft|zusammen verkauft|zusammen mit|razem z|kupowane razem|achetes ensemble|vendus ensemble|avec quoi|tillsammans med",
    "multi": "more than one product|more than 1 product|several products|multiple products|two or more products|at least two products|two products or more|more than one article|more than one item|multi product orders|multi item orders"
    "|mehr als ein produkt|mehr als einem produkt|mehrere produkte|wiecej niz jeden produkt|plus d un produit|plusieurs produits|mer an en produkt",
    "volatility": "volatile|volatility|fluctuate|fluctuates|fluctuating|fluctuation|fluctuations|unstable|stable|most stable|steady|steadiest|erratic|unpredictable|schwankt|schwankend|schwankungen|volatil|volatilste|volatilsten|zmiennosc|zmienny|zmienne|volatilite",
    "anomalies": "anomaly|anomalies|outlier|outliers|anything unusual|something unusual|what is unusual|what looks unusual|unusual figures|unusual sales|unusual|what looks odd|anything odd|looks odd|odd figures|what is odd|suspicious|anything strange|what is strange|looks strange|strange figures"
    "|auffalligkeiten|auffallig|ausreisser|anomalien|nietypowe|anomalie|odchylenia|avvikelser|atypique|inhabituel",
    "launch": "launch|launches|launched|new products|new product|newly introduced|introductions|introduced|introduction|debut|debuts|novelties|newcomers|neuheiten|neueinfuhrungen|eingefuhrt|nowosci|wprowadzone|nouveautes|lancement|lancements|lanseringar|lansering|lanzamientos|lanci",
    "heatmap": "heat map|heatmap|product month matrix|matrix",
    "upload": "last upload|latest upload|most recent upload|last file|latest file|last batch|latest batch|last import|latest import|newest file|newest upload|letzter upload|letzten upload|letzte datei|letzten datei|ostatni plik|ostatnie wgranie|dernier fichier|dernier import|senaste filen|senaste uppladdningen|recent uploads|last uploads",
    "held": "eans missing|eans are missing|products missing|missing products|missing ean|any missing|held|held rows|held lines|inbox|waiting|unmatched|not matched|unknown products|unknown eans|missing from the product list|not in the product list|missing in the product list|missing from the catalogue|not in the catalogue|unknown ean|unmapped|unassigned|no product master|without product master|missing eans|nicht zugeordnet|unbekannte produkte|nieprzypisane|nieznane produkty|inconnus|non rattaches",
    "coverage": "coverage|missing|what is missing|has not reported|have not reported|hasn t reported|haven t reported|not reported|not yet reported|reported|missing reports|reports missing|reports are missing|report is missing|missing files|files missing|who is late|late|overdue|has not sent|have not sent|not sent|up to date|how fresh|how current|data through|how complete|complete data|which months are missing|missing months|data is missing|missing data|months missing|abdeckung|vollstandig|fehlen|fehlt|kto nie przyslal|brakuje|manque|saknas",
    "stock": "stock left|in stock|inventory|how much stock|on hand|stock level|stock levels|stock|lagerbestand|bestand|auf lager|stan magazynowy|zapas|na stanie|en stock|stocks|lager|i lager|stock on hand|left in stock",
    "overview": "how are we doing|how is business|how s business|overview|summary|summarise|summarize|give me an update|update|the big picture|dashboard|kpis|kpi|key figures|wie lauft es|wie laeuft es|wie lauft|wie laufen die geschafte|ueberblick|uberblick|jak nam idzie|podsumowanie|comment ca va|ou en sommes nous|apercu|hur gar det|oversikt|performance|perform|performs|performed|performing|doing|how did we do|scorecard",
    "help": "help|what can you do|what can i ask|what can you answer|what do you know|which tables|what tables|list tables|show tables|tables|what data|which data|what data do you have|schema|columns|which columns|what columns|which measures|what measures|hilfe|was kannst du|pomoc|aide|hjalp|database|which fields|what fields",
    "product_list": "product list|list of products|product catalogue|catalogue|catalog|article list|list all products|list the products|produktliste|lista produktow|liste des produits|produktlista|all our products|our products",
    "reseller_list": "list of resellers|reseller list|list all resellers|list the resellers|list our resellers|our resellers|handlerliste|lista sprzedawcow|liste des revendeurs",
    "store_list": "list of stores|store list|list all stores|list the stores|our stores|filialliste|lista sklepow|liste des magasins",
    "catalogue": "price list|do we have|have we|are there|do we carry|exist|exists|we have|haben wir|gibt es|mamy|avons nous|y a t il|har vi|list of all",
    "price": "rrp|list price|retail price|recommended price|recommended retail price|listenpreis|uvp|cena katalogowa|prix public|listpris|cost",
    "since_launch": "since launch|since its launch|since their launch",
}
CHARTS: Mapping[str, str] = {
    "pie": "pie|pie chart|donut|doughnut|kreisdiagramm|tortendiagramm|wykres kolowy|camembert|cirkeldiagram",
    "line": "line chart|line graph|as a line|liniendiagramm|wykres liniowy|courbe|linjediagram",
    "bar": "bar chart|bar graph|bars|column chart|as bars|balkendiagramm|saulendiagramm|wykres slupkowy|histogramme|stapeldiagram",
    "table": "as a table|table view|as table|in a table|als tabelle|jako tabela|w tabeli|en tableau|tableau|som tabell|tabell",
    "chart": "plot|chart|graph|plot it|draw|draw it|visualise|visualize|as a chart|diagramm|grafik|wykres|pokaz wykres|graphique|diagram|graf|grafico|grafiek|plot this|plot that|chart it",
}
LINKS: Mapping[str, str] = {
    "versus": "vs|versus|against|compared with|compared to|in comparison with|in comparison to|relative to|than|than in|than the|as against|gegen|gegenuber|verglichen mit|im vergleich zu|im vergleich mit|als"
    "|wobec|w porownaniu z|w porownaniu do|wzgledem|niz|contre|par rapport a|par rapport au|compare a|mot|jamfort med|kontra|contra|frente a|rispetto a|ten opzichte van|v|compare with|compare to",
    "not": "without|excluding|exclude|except|except for|excl|leave out|leaving out|not counting|other than|minus|apart from|but not|drop the|remove|ignoring|ignore|ohne|ausser|ausgenommen|bez|oprocz|z wyjatkiem|sans|hors|excepte|sauf|utan|exklusive|forutom|sin|excepto|senza|escluso|zonder|not",
    "only": "only|just|solely|exclusively|nur|tylko|seulement|uniquement|bara|endast|solo|alleen",
    "by": "by|per|for each|each|every|chaque|jeder|jede|jedes|jedem|kazdy|kazda|kazdego|varje|cada|ogni|elke|split by|split it by|broken down by|break down by|break it down by|break that down by|breakdown by|breakdown|grouped by|group by|across|split|split that by|split this by|pro|je|nach|aufgeteilt nach|wedlug|na|wg|podzial na|w podziale na|par|ventile par|per|efter|fordelat pa|uppdelat pa|por|desglosado por|suddiviso per|at each|in each|of each|for every|at every|respectively",
    "or": "or|oder|albo|lub|ou|eller|either",
    "others": "the others|others|everything else|everything|the rest|rest|everyone else|everybody else|the whole assortment|whole assortment|the total|the average of all|overall|the market as a whole|all others|the other resellers|all products|die anderen|ubrigen|pozostali|pozostale|reszta|les autres|de andra|ovriga",
}
FOLLOW: Mapping[str, str] = {
    "and": "and|also|und|auch|i|a co|et|aussi|och|ocksa|y|e|en|plus|what about|how about|and what about|was ist mit|wie sieht es mit|et pour|hur ar det med|and how about|and for|then",
    "same": "same|the same|same thing|same for|same but|again|dasselbe|das gleiche|to samo|la meme chose|samma|likewise",
    "that": "it|that|this|them|those|these|the result|the above|das|es|to|je|ca|cela|det|den|dem",
    "correct": "no|i meant|i mean|no i meant|not that|sorry|actually|rather|instead|nein|ich meinte|ich meine|nie|mialem na mysli|chodzilo mi o|non|je voulais dire|nej|jag menade|instead of that|make it|change it to|change to|correction|switch to",
}
FILLER_PHRASES = (
    "at least one unit|at least one sale|at least one|a single unit|at least 1 unit|of all time|all time|so far|in total|as well|per cent|do you|can you|could you"
    "|would you|please show|how does|how do|how did|let me know|in the data|a lot|by far|up to now|to date|since the beginning|of the company"
)
FILLERS = (
    "a an the of in on at for to from with is are was were be been being do does did have has had we us our ours i me my you your they them their it its he she his her"
    " what which who whom whose how much when where there here this that these those please show give tell get see list display find let lets let's want would like need can could will shall should"
    " may might must and or but if so as than then now just also too all any some each every own during within out up down off into over about around between through"
    " one ones s t d l re ve m ll us much many far ever total totals overall sum in so amount amounts figure figures number data result results report value values all time altogether together whole entire"
    " bring brings brought active carries carry yet werden wird kann konnen soll sollen contain contains contained containing add added adds left faster slower fast quick slow sent open opened include includes included including well run running whether within  went go goes going come comes came per nordlys brand company name names please thanks thank hello hi hey ok okay yes well quick quickly question know think look looking say said"
    " sort sorted order by desc descending asc ascending row rows column columns chart eur euro euros € $ £ % ? inc incl really still already currently right now today's latest exact exactly roughly approximately"
    " customers customer clients people buyers shoppers consumer consumers alone itself themselves again both least than more less under above same range line lines way kind term terms respect regard basis comparison start end beginning"
    " der die das den dem des ein eine einen einer einem und oder mit im in am an auf aus bei fur fuer von vom zu zum zur wie viel was welche welcher welches welchen wer wo wann ist sind war waren hat haben hatte hatten wir uns unser unsere unseren zeige zeig mir mich bitte gib alle alles insgesamt gesamt so viel wurde wurden sich es man mal denn noch nur"
    " ile jaki jaka jakie jest sa byl byla bylo byly w we z ze na do dla o od po przez i oraz lub czy nasz nasza nasze naszej nam my mi pokaz podaj prosze wszystkie wszystkich sie ktory ktora ktore ktorych razem lacznie ogolem roku rok w tym jak"
    " elle elles ils ont on le la les un une des du de d l a au aux en dans sur pour par avec et ou est sont etait ont avons nous notre nos quel quelle quels quelles combien que qui montre montrez moi donne donnez s il vous plait tous toutes tout total y ce cette ces se il"
    " den det de en ett som pa i av for med till fran och eller ar var har hade vi oss var vara vad vilken vilket vilka hur mycket visa mig ge alla totalt sammanlagt per om"
    " el la los las un una de del en por para con y o es son fue cuanto cuanta cual cuales nuestro nuestra muestra dame todos todas il lo gli dei delle di da per con e quanto quali nostro mostra het van voor met hoeveel onze toon alle"
)
