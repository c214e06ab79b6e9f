"""Dictionary: what each figure means, in one place, with its formula."""

from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from pages.components import frame, tables

frame.head("Dictionary", "Each figure has this one name and formula on every page, in the chat, in reports and in notebooks.")
tables.definitions(MEASURES.values())
frame.section("Dimensions", "What figures can be split and filtered by.")
tables.dimensions(DIMENSIONS.values())
