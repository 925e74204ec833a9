"""Names of media that the news quote most, in any case form.

They are organizations, whatever a corpus calls them: BSNLP says that they are products.
"""

import re

# a slash separates names; regular expressions
_LATIN = """
Science/Nature/Lancet
Reuters/Bloomberg/Associated Press/AP/AFP/Agence France-Presse/Financial Times/FT/Wall Street Journal
WSJ/New York Times/NYT/Washington Post/Guardian/Times/Sunday Times/Telegraph/Daily Telegraph
Sunday Telegraph/Daily Mail/Daily Mirror/Independent/Economist/Politico/Axios/CNN/CNBC/CBS/CBS News/NBC
NBC News/ABC/ABC News/MSNBC/Fox News/BBC/BBC News/Sky News/Al Jazeera/Der Spiegel/Spiegel/Bild/Die Welt
Welt/Die Zeit/Frankfurter Allgemeine Zeitung/FAZ/Süddeutsche Zeitung/Handelsblatt/Le Monde/Le Figaro
Le Parisien/Les Echos/Euronews/Deutsche Welle/DW/El Pa[ií]s/Corriere della Sera/La Repubblica
Rambler News Service/R(?i:egnum)/Forbes/Fortune/Newsweek/Time/People/USA Today/New York Post
Los Angeles Times/Business Insider/HuffPost/Hill/Sun/Business FM/Rai News/Nikkei/Kyodo/Yonhap/Xinhua
Global Times/South China Morning Post/Times of Israel/Jerusalem Post/Haaretz/Mash/Baza/S(?i:hot)/Meduza
Dunya News/Samaa TV/Geo TV/ARY News/FiveThirtyEight/NPR/RT/Getty Images/Tengrinews\\.kz/Lenta\\.ru
Gazeta\\.ru/Life\\.ru/Delfi/Infox/Readovka/Kazpravda\\.kz/Shutterstock
"""
_CYRILLIC = """
ТАСС/ИТАР-ТАСС/РИА [«"]?Новост\\w+[»"]?/Интерфакс\\w{0,2}/РБК/Коммерсант\\w{0,2}/Ведомост\\w+
Извести[яйм]\\w?/Российск\\w+ газет\\w+/Комсомольск\\w+ правд\\w+/Независим\\w+ газет\\w+
Нов\\w+ газет\\w+/Лент\\w{1,2}\\.ру/Газет\\w{1,2}\\.ру/Фонтанк\\w{1,2}/Би-би-си/Радио Свобода
Эх\\w+ Москвы/Рейтер/Прайм/Укринформ/УНИАН/УНН/Бел[тТ][аА]/РЕН ТВ/НТВ/ОРТ/Ъ/Взгляд/Время новостей
Парламентск\\w+ газет\\w+/Аргумент\\w+ и факт\\w+/Корреспондент\\.net/Страна\\.ua/Нью-Йорк [тТ]аймс
Вашингтон [пП]ост/Росси[яи] (?:1|24)/Цензор\\.нет/Украинск\\w+ правд\\w+/Казинформ/Синьхуа/Медуз\\w{1,2}
"""


def _names(table: str) -> str:
    return "|".join(name for line in table.strip().splitlines() for name in line.split("/"))


_NAME = re.compile(rf"(?:The )?(?:{_names(_LATIN)})|(?:{_names(_CYRILLIC)})")


def is_medium(name: str) -> bool:
    """Return whether `name` is, in any case form, a well-known medium's."""
    return _NAME.fullmatch(name.strip('«»"„“')) is not None
