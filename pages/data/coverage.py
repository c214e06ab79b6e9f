"""Coverage: which report of which reseller is here, partly here, late or missing."""

from datetime import date

from pages.components import cached_files, coverage_grid, empty, frame, session

frame.head("Coverage", "Reseller by month: what has been received, what waits in the inbox, what is late.")
slices = cached_files.asked_coverage(session.scope(), date.today())
if slices.is_empty():
    empty.no_files("No reports yet", "Once a vendor's file is loaded, its months appear here.")
else:
    coverage_grid.headline(slices, cached_files.holes(session.scope()), date.today())
    chosen = coverage_grid.matrix(slices, date.today())
    coverage_grid.legend()
    coverage_grid.detail(slices, chosen)
