"""Names and signs of currencies, and the ISO 4217 codes that each may stand for."""

import re

# pattern of the word or sign: codes, the one it has without an adjective first
_NAMES: tuple[tuple[str, str], ...] = (
    (r"доллар\w*|долл|бакс\w*|\$", "USD CAD AUD HKD SGD NZD TWD"),
    (r"евро|€", "EUR"),
    (r"рубл\w*|руб|р|₽|копе\w+|коп", "RUB BYN BYR RUR SUR BYB TJR"),
    (r"тенге|₸|тиын\w*", "KZT"),
    (r"фунт\w*|£|пенс\w*|пенни", "GBP EGP SYP LBP IEP SDG CYP"),
    (r"юан\w*", "CNY"),
    (r"[ий]ен\w*", "JPY"),
    (r"¥", "JPY CNY"),
    (r"грив\w+|грн|₴", "UAH"),
    (r"сум(?:а|ы|ов|ам|ами|ах|у)?", "UZS"),
    (r"сом(?:а|ы|ов|ам|ами|ах|у)?", "KGS"),
    (r"драм\w*|֏", "AMD"),
    (r"лари|₾", "GEL"),
    (r"манат\w*|₼", "AZN TMT AZM TMM"),
    (r"сомони", "TJS"),
    (r"тугрик\w*", "MNT"),
    (r"франк\w*", "CHF FRF BEF LUF XOF XAF CDF"),
    (r"крон\w*", "SEK NOK DKK CZK ISK EEK SKK"),
    (r"злот\w+|zł", "PLN"),
    (r"форинт\w*", "HUF"),
    (r"ле[йяюи]|лее[вм]|леям", "RON MDL ROL"),
    (r"лев(?:а|ов|ы)?", "BGN"),
    (r"лир\w*|₺", "TRY TRL ITL"),
    (r"рупи\w+|₹", "INR PKR IDR LKR"),
    (r"шекел\w*|₪", "ILS"),
    (r"вон(?:а|ы|у)?|₩", "KRW KPW"),
    (r"бат(?:а|ов|ы)?|฿", "THB"),
    (r"рэнд\w*|ранд\w*", "ZAR"),
    (r"песо", "MXN ARS CLP COP PHP CUP UYU DOP"),
    (r"реал(?:а|ов|ы|ам)?", "BRL"),
    (r"динар\w*", "RSD KWD IQD DZD BHD JOD LYD TND YUM"),
    (r"дирхам\w*", "AED MAD"),
    (r"риял\w*|риал\w*", "SAR IRR QAR OMR YER"),
    (r"рингит\w*", "MYR"),
    (r"донг\w*|₫", "VND"),
    (r"мар(?:ка|ки|ок|ку|кам|ками)", "DEM FIM"),
    (r"лат(?:а|ов|ы)?", "LVL"),
    (r"лит(?:а|ов|ы)?", "LTL"),
    (r"найр\w+|₦", "NGN"),
    (r"цент(?:а|ов|ы|ам|ами)?", "USD EUR CAD AUD"),
)
_ORIGIN_TABLE = """
канад CAD/австрал AUD/гонконг HKD/сингапур SGD/новозеланд NZD/тайван TWD/белорус BYN BYR BYB/советск SUR
швейцар CHF/французск FRF/бельгийск BEF/норвеж NOK/датск DKK/чешск CZK/исланд ISK/эстон EEK/словац SKK
шведск SEK/египет EGP/ливан LBP/сирий SYP/индийск INR/пакистан PKR/индонез IDR/молдав MDL/румын RON ROL
туркмен TMT TMM/азербайджан AZN AZM/кувейт KWD/ирак IQD/серб RSD/алжир DZD/марокк MAD/иран IRR/катар QAR
оман OMR/мексик MXN/аргентин ARS/чилийск CLP/колумбий COP/филиппин PHP/немец DEM/финск FIM/китайск CNY
японск JPY/турецк TRY TRL/казахстан KZT/узбек UZS/киргиз KGS/кыргыз KGS/украин UAH/армян AMD/грузин GEL
иорданск JOD/бахрейн BHD/таджик TJS TJR
"""
_ORIGINS = {
    stem: tuple(codes) for stem, *codes in map(str.split, _ORIGIN_TABLE.strip().replace("\n", "/").split("/"))
}
_COMPILED = tuple((re.compile(pattern), tuple(codes.split())) for pattern, codes in _NAMES)
_CODE = re.compile(r"[a-z]{3}")
SUBUNIT = re.compile(r"копе\w+|коп|цент(?:а|ов|ы|ам|ами)?|тиын\w*|пенс\w*|пенни|евроцент\w*|тийин\w*")


def codes_of(word: str) -> tuple[str, ...]:
    """Return the codes that a lower-case word, sign or code may stand for; none if it is no currency."""
    return next((codes for pattern, codes in _COMPILED if pattern.fullmatch(word)), ())


def codes_in(words: list[str]) -> tuple[str, ...]:
    """Return the codes that the currency among lower-case words may have; an adjective decides.

    Without one a currency is that of the country which has it first in the table, or any of the others
    that the text around may name.
    """
    origins = [codes for word in words for stem, codes in _ORIGINS.items() if word.startswith(stem)]
    found = [codes_of(word) for word in words]
    named = [codes for codes in found if codes]
    spelled = tuple(w.upper() for w in words if _CODE.fullmatch(w) and w.upper() in _ALL)
    if origins and named:
        return origins[0]
    return spelled or (named[0] if named else ())


_ALL = frozenset(code for _, codes in _NAMES for code in codes.split())
