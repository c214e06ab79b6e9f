"""Catalogue: resellers with their rules, stores, products, prices and rates as editable tables."""

from pages.components import catalogue_grid, frame

frame.head("Catalogue")
grid = catalogue_grid.chosen()
catalogue_grid.draw(grid)
catalogue_grid.files(grid)
