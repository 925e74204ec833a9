"""What a sum of money looks like in Russian news: number, magnitude, currency, and what is said of it.

Spans are cut as the guidelines say: approximators and comparators inside, governing prepositions outside,
a range or a change in one currency is one span.
"""

from .grammar import Grammar, Pattern

_S = r"[ \u00a0\u2009\u202f]+"
_OPT = r"[ \u00a0\u2009\u202f]*"
_R = r"(?!\w)"
_DASH = rf"{_OPT}[-–—−]{_OPT}"

_DIGITS = r"(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)*)"
_WORD_NUMBER = (
    r"(?:од(?:ин|на|ну|ного|ной|ному|ним)|дв(?:а|е|ух|умя|ум)|тр(?:и|[её]х|емя|[её]м)|четыр(?:е|[её]х|ьмя|[её]м)"
    r"|(?:пят|шест|сем|девят|десят|одиннадцат|двенадцат|тринадцат|четырнадцат|пятнадцат|шестнадцат|семнадцат"
    r"|восемнадцат|девятнадцат|двадцат|тридцат)(?:ь|и|ью)|вос(?:емь|ьми|емью)|сорока?|пятьдесят|пятидесяти"
    r"|шестьдесят|шестидесяти|семьдесят|семидесяти|восемьдесят|восьмидесяти|девяносто|девяноста|сто|ста"
    r"|двести|двухсот|триста|тр[её]хсот|четыреста|четыр[её]хсот|(?:пять|шесть|семь|восемь|девять)сот"
    r"|(?:пяти|шести|семи|восьми|девяти)сот|полтор[аы]|полутора)(?!\w)"
)
_VAGUE = (
    r"(?:несколько|нескольк(?:их|ими|им)|пар[ауы]|сот(?:ни|ен|ню|ня|ням|нями|нях)"
    r"|десят(?:ки|ков|ок|ка|кам|ками|ках)|многие|многих)(?!\w)"
)
_MAGNITUDE = (
    rf"(?:тыс(?:\.|(?!\w))|тысяч(?:а|у|и|ам|ами|ах|ей)?(?!\w)|(?:млн|млрд|трлн)(?:\.(?={_OPT}(?-i:[a-zа-яё]))|(?!\w))"
    r"|(?:пол)?(?:миллион|миллиард|триллион)(?:а|у|ом|е|ы|ов|ам|ами|ах)?(?!\w))"
)
_ORIGIN = (
    r"(?:американск|австралийск|канадск|сингапурск|гонконгск|новозеландск|российск|белорусск|швейцарск|норвежск"
    r"|шведск|датск|чешск|исландск|эстонск|турецк|индийск|пакистанск|английск|британск|египетск|китайск|японск"
    r"|южнокорейск|корейск|украинск|казахстанск|мексиканск|аргентинск|бразильск|молдавск|румынск|болгарск|польск"
    r"|израильск|киргизск|армянск|грузинск|азербайджанск|туркменск|узбекск|иранск|тайск|индонезийск|сербск|ливийск"
    r"|советск|золот)(?:их|ого|ому|ий|им|ими|ая|ую|ой|ых|ые|ие|ым|ый)"
)
_UNIT_NAME = (
    r"(?:доллар(?:а|у|ом|е|ы|ов|ам|ами|ах)?|долл(?:\.|(?!\w))|евро(?![\w-])|рубл(?:ь|я|ю|ем|е|и|ей|ям|ями|ях)"
    r"|руб(?:\.|(?!\w))|р\.(?=\W)|копе(?:ек|йки|йка|йку|йками|йкам)|коп\.|тенге|гривен(?:ь)?|гривн(?:а|ы|у|е|ой|ам|ами|ях)"
    r"|грн\.?|юан(?:ь|я|ю|ем|и|ей|ям|ями|ях)|[ий]ен(?:а|ы|у|е|ой|ам|ами)?|фунт(?:а|у|ом|е|ы|ов|ам|ами|ах)?"
    r"|франк(?:а|у|ом|ов|и|ы|ам|ами|ах)?|крон(?:а|ы|у|е|ой|ам|ами|ах)?|злот(?:ый|ых|ого|ые|ым)|лир(?:а|ы|у|ам|ами)?"
    r"|рупи(?:я|и|й|ю|ям|ями)|шекел(?:ь|я|ей|и|ям|ями)|лари|драм(?:а|ов|ы)?|сом(?:а|ов|ы)?|сум(?:а|ов|ы)?"
    r"|манат(?:а|ов|ы)?|батов|бата|вон(?:а|ы)?|песо|реал(?:а|ов|ы)|ле(?:й|я|ев|и)|лев(?:а|ов)?|форинт(?:а|ов|ы)?"
    r"|динар(?:а|ов|ы)?|дирхам(?:а|ов|ы)?|риал(?:а|ов|ы)?|рэнд(?:а|ов)?|рингит(?:а|ов)?|тугрик(?:а|ов)?"
    r"|сомони|марок|марк(?:и|а)|цент(?:а|ов|ы|ам)?|пенсов|пенс(?:а)?|фартинг(?:а|ов)?|бивалют|биткоин(?:а|ов|ы|ам)?"
    r"|биткойн(?:а|ов|ы)?|(?-i:USD|EUR|RUB|KZT|CNY|GBP|JPY|CHF|UAH|BYN|UZS))(?!\w)"
)
_COUNTRY = rf"(?:{_S}(?:США|стерлингов|Гонконга|Сингапура|Канады|Австралии|СССР)(?!\w))?"
_CURRENCY = rf"(?:(?:{_ORIGIN}{_S})?{_UNIT_NAME}{_COUNTRY})"
_SIGN = r"[$€£¥₽₸₴₺₼₾₹₩₪]"
_PREFIX = rf"(?:(?-i:US|A|C|HK|S){_SIGN}|{_SIGN}|(?-i:USD|EUR|RUB|GBP){_S})"

_COUNT = rf"(?:{_DIGITS}|{_WORD_NUMBER}(?:{_S}{_WORD_NUMBER})*|{_VAGUE}(?:{_S}{_VAGUE})*)"
_AMOUNT = (
    rf"(?:{_DIGITS}{_OPT}{_MAGNITUDE}(?:{_S}{_DIGITS}{_S}{_MAGNITUDE})*|{_COUNT}(?:{_S}{_MAGNITUDE})+"
    rf"(?:{_S}{_COUNT}{_S}{_MAGNITUDE})*(?:{_S}{_COUNT}(?={_S}{_CURRENCY}))?|{_COUNT}|{_MAGNITUDE}(?:{_S}{_MAGNITUDE})*)"
)
_NAMED = rf"(?:{_AMOUNT}{_OPT}(?:{_CURRENCY}|{_SIGN}{_R})(?:{_S}{_DIGITS}{_S}(?:копе\w+|коп\.|цент\w*))?)"
_MORE = rf"(?:{_S}{_DIGITS}{_S}{_MAGNITUDE})*"
_SIGNED = rf"(?:{_PREFIX}{_OPT}{_DIGITS}(?:{_OPT}{_MAGNITUDE})?{_MORE}(?:{_S}{_CURRENCY})?)"
_LEAD = rf"(?:(?:{_DIGITS}|{_WORD_NUMBER}|{_VAGUE})(?:{_S}{_WORD_NUMBER})*)"
_SCALED = rf"(?:{_LEAD}{_OPT}{_MAGNITUDE}(?:{_S}{_MAGNITUDE})*)"
_FIGURE = rf"(?:{_DIGITS}(?:{_OPT}{_MAGNITUDE})?)"
_BARE = rf"(?:{_SCALED}|{_COUNT}|{_MAGNITUDE}(?:{_S}{_MAGNITUDE})*)"

_MONEY = rf"(?:{_SIGNED}|{_NAMED})"
_LESS_MORE = (
    r"(?:более|менее|больше|меньше|свыше|около|порядка|почти|примерно|приблизительно|ориентировочно"
    r"|выше|ниже|максимум|минимум|едва)(?!\w)"
)
_COMPARATOR = (
    rf"(?:(?:(?:чуть|немногим|немного|гораздо|значительно|намного|как|не|еще){_S})*{_LESS_MORE}(?:{_S}чем)?"
    rf"(?:{_S}(?=\S))(?:{_LESS_MORE}{_S})?)"
)
_TO = rf"(?:(?:вплоть{_S})?до{_S})"
_FROM = rf"(?:от{_S})"
_AFTER_FROM = r"(?:(?<=\b[сС][ \u00a0])|(?<=\b[сС] нынешних )|(?<=\b[сС] прежних ))"


SUMS = Grammar(
    (
        Pattern("sum", _MONEY),
        Pattern("sum with a comparator", rf"{_COMPARATOR}{_MONEY}"),
        Pattern("sum with an upper bound", rf"{_TO}{_MONEY}"),
        Pattern("sum with a lower bound", rf"{_FROM}{_MONEY}(?!{_S}до(?!\w))"),
        Pattern("range", rf"(?:{_COMPARATOR})?(?:{_SIGNED}|{_BARE}){_DASH}{_MONEY}"),
        Pattern("range by sign", rf"(?:{_COMPARATOR})?{_PREFIX}{_OPT}{_FIGURE}{_DASH}{_FIGURE}"),
        Pattern("range from to", rf"{_FROM}(?:{_MONEY}|{_BARE}){_S}до{_S}(?:{_MONEY})"),
        Pattern("range from to, currency first", rf"{_FROM}{_MONEY}{_S}до{_S}{_SCALED}"),
        Pattern("change", rf"{_AFTER_FROM}(?:{_MONEY}|{_BARE}){_S}(?:до|—){_S}{_MONEY}"),
        Pattern("change, currency first", rf"{_AFTER_FROM}{_MONEY}{_S}до{_S}{_SCALED}"),
        Pattern("sum without a currency", rf"(?:{_COMPARATOR}|{_TO})?{_SCALED}", safe=False),
        Pattern("range without a currency", rf"(?:{_COMPARATOR})?{_BARE}{_DASH}{_SCALED}", safe=False),
        Pattern("range from to without a currency", rf"{_FROM}{_BARE}{_S}до{_S}{_SCALED}", safe=False),
        Pattern("change without a currency", rf"{_AFTER_FROM}{_BARE}{_S}до{_S}{_SCALED}", safe=False),
        Pattern("bare number", rf"(?:{_COMPARATOR}|{_TO})?{_COUNT}", safe=False),
    ),
    before=r"(?<![\w.,])(?<!\w[-–])",
    safe_first=True,
)
