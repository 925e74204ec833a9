"""Names of media that the news quote most, in any case form; they are organizations whatever a corpus calls them."""

import re

_LATIN = """
Reuters|Bloomberg|Associated Press|AP|AFP|Agence France-Presse|Financial Times|FT|Wall Street Journal|WSJ|New York Times|NYT|
Washington Post|Guardian|Times|Sunday Times|Telegraph|Daily Telegraph|Sunday Telegraph|Daily Mail|Daily Mirror|Independent|Economist|
Politico|Axios|CNN|CNBC|CBS|CBS News|NBC|NBC News|ABC|ABC News|MSNBC|Fox News|BBC|BBC News|Sky News|Al Jazeera|
Der Spiegel|Spiegel|Bild|Die Welt|Welt|Die Zeit|Frankfurter Allgemeine Zeitung|FAZ|Süddeutsche Zeitung|Handelsblatt|Le Monde|Le Figaro|
Le Parisien|Les Echos|Euronews|Deutsche Welle|DW|El Pais|El País|Corriere della Sera|La Repubblica|Rambler News Service|Regnum|REGNUM|
Forbes|Fortune|Newsweek|Time|People|USA Today|New York Post|Los Angeles Times|Business Insider|HuffPost|The Hill|Hill|Sun|
Business FM|Rai News|Nikkei|Kyodo|Yonhap|Xinhua|Global Times|South China Morning Post|Times of Israel|Jerusalem Post|Haaretz|
Mash|Baza|Shot|SHOT|Meduza|Dunya News|Samaa TV|Geo TV|ARY News|FiveThirtyEight|NPR|RT|Sputnik|Getty Images|Tengrinews\\.kz|Lenta\\.ru|
Gazeta\\.ru|Life|Life\\.ru|Delfi|Infox|Readovka|Kazpravda\\.kz|Lancet|Nature|Science|Shutterstock|Vedomosti
"""
_CYRILLIC = """
ТАСС|ИТАР-ТАСС|РИА Новост\\w+|РИА "Новост\\w+"|РИА «Новост\\w+»|Интерфакс\\w{0,2}|РБК|Коммерсант[ъаеуом]\\w{0,2}|Ведомост\\w+|
Известия\\w?|Известия[мх]|Известий|Российск\\w+ газет\\w+|Комсомольск\\w+ правд\\w+|Независим\\w+ газет\\w+|Нов\\w+ газет\\w+|Лент[аыеу]\\.ру|
Лентой\\.ру|Газет[аыеу]\\.ру|Фонтанк[аиеу]|Би-би-си|Радио Свобода|Эх\\w+ Москвы|Рейтер|Прайм|Укринформ|УНИАН|УНН|Белта|БелТА|БЕЛТА|РЕН ТВ|
НТВ|ОРТ|Ъ|Взгляд|Времен\\w+ новостей|Время новостей|Парламентск\\w+ газет\\w+|Аргумент\\w+ и факт\\w+|Корреспондент\\.net|Страна\\.ua|
Нью-Йорк [тТ]аймс|Вашингтон [пП]ост|Росси[яи] 24|Звезд[аыеу]|Цензор\\.нет|Украинск\\w+ правд\\w+|Казинформ|Синьхуа|Медуз[аыеу]
"""


def _names(table: str) -> str:
    return "|".join(name for name in table.replace("\n", "").split("|"))


_NAME = re.compile(rf"(?:The )?(?:{_names(_LATIN)})|(?:{_names(_CYRILLIC)})")
# names that mean nothing else in a running text
_SURE = re.compile(
    r"(?<![\w.@/-])(?:ИТАР-ТАСС|ТАСС|РИА (?:Новости|[\"«]Новости[\"»])|Интерфакс(?:а|у|ом|е)?|РБК|Reuters|Bloomberg|AFP|"
    r"Associated Press|Financial Times|Wall Street Journal|New York Times|Washington Post|The (?:Guardian|Times|Telegraph|"
    r"Financial Times|Wall Street Journal|New York Times|Washington Post|Hill|Independent|Economist)|Rambler News Service|CNN|"
    r"BBC(?: News)?|Sky News|Fox News|Politico|Axios|Al Jazeera|Der Spiegel|Le Figaro|Le Monde|Le Parisien|Die Welt|Forbes|Коммерсантъ)(?![\w-])"
)


def is_medium(name: str) -> bool:
    """Return whether `name` is, in any case form, a well-known medium's."""
    return _NAME.fullmatch(name.strip('«»"„“')) is not None


def find_media(text: str) -> list[tuple[int, int]]:
    """Return the places of unmistakable names of media in `text`."""
    return [match.span() for match in _SURE.finditer(text)]
