"""Overview: how are we doing, and can I believe it?"""

from pages.components import empty, frame

frame.head("Overview")
empty.no_sales()
