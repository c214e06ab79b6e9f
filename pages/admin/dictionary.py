"""Dictionary: what each figure means, in one place, with its formula and who states it."""

from core.sales import dictionary
from pages.components import cached, dictionary_view, frame, session

frame.head("Dictionary", "Each figure has this one name and formula on every page, in the chat, in reports and in notebooks.")
text = dictionary_view.search()
measures, dimensions = dictionary.found_measures(text), dictionary.found_dimensions(text)
if not measures and not dimensions:
    dictionary_view.nothing(text)
if measures:
    stated = dictionary.stated(cached.result(dictionary.stated_query(), session.scope()))
    dictionary_view.measures(measures, stated)
if dimensions:
    frame.section("Dimensions", "What figures can be split and filtered by.")
    dictionary_view.dimensions(dimensions)
if not text:
    frame.section("Comparisons", "What a change is measured against; for each reseller only what both periods cover.")
    dictionary_view.comparisons()
