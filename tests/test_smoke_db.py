def test_reader_sees_published_views_only(database):
    with database.reader() as c:
        assert c.execute("select count(*) from sales").fetchone() == (0,)
