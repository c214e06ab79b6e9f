"""Statements the guard has to tell apart; one a line, over the published views."""

REFUSED = r"""
SELECT regclass('users')
SELECT int4(1)
SELECT oid(1)
SELECT name(1)
SELECT text(users) FROM products users
SELECT p.text FROM products p
SELECT (p).ean FROM products p
SELECT (p.*).ean FROM products p
SELECT count(p.*) FROM products p
SELECT count(p) FROM products p
SELECT p IS NULL FROM products p
SELECT p = p FROM products p
SELECT * FROM products p WHERE p IN (SELECT q FROM products q)
SELECT coalesce(p.*) FROM products p
SELECT ARRAY[p] FROM products p
SELECT CASE WHEN true THEN p END FROM products p
SELECT p.ctid FROM products p
SELECT p.oid FROM products p
SELECT xmin FROM products
SELECT 1 FROM products ORDER BY ctid
SELECT tableoid FROM products
SELECT 1 FROM products GROUP BY tableoid
SELECT max(p) FROM products p
SELECT row_to_json(q) FROM (SELECT * FROM products) q
SELECT to_json(products) FROM products
SELECT json_agg(products) FROM products
SELECT json_agg(products.*) FROM products
SELECT hstore(p) FROM products p
SELECT jsonb_populate_record(NULL::products, '{}')
SELECT xmlelement(name foo, ean) FROM products
SELECT xmlforest(ean) FROM products
SELECT xmlroot('x', version '1.0')
SELECT xmlagg(x) FROM (SELECT ean AS x FROM products) q
SELECT xmlserialize(content 'x' as text)
SELECT '<a/>'::xml
SELECT cursor_to_xml('c', 1, true, true, '')
SELECT lo_put(1, 0, 'x')
SELECT lo_export(1, '/tmp/x')
SELECT lo_truncate(1, 0)
SELECT lowrite(0, 'x')
SELECT pg_ls_tmpdir()
SELECT pg_ls_archive_statusdir()
SELECT * FROM pg_ls_dir('.')
SELECT pg_cancel_backend(1)
SELECT pg_switch_wal()
SELECT pg_sleep(0.1)
SELECT nextval('x')
SELECT * FROM users_id_seq
SELECT last_value FROM users_id_seq
SELECT pg_sequence_last_value(1)
SELECT txid_current()
SELECT version()
SELECT current_database()
SELECT inet_client_addr()
SELECT system_user
SELECT user
SELECT current_time
SELECT localtime
SELECT current_setting('server_version')
SELECT pg_catalog.current_setting('x')
SELECT pg_catalog.count(*) FROM products
SELECT pg_catalog.extract('year', now())
SELECT to_regclass('users')
SELECT 1::oid
SELECT 'x'::name
SELECT 'x'::bytea
SELECT 'x'::"char"
SELECT '1'::money
SELECT '(1,2)'::point
SELECT 'a'::tsvector
SELECT '{}'::users[]
SELECT 'x'::public.text
SELECT CAST('x' AS pg_catalog.regrole)
SELECT '127.0.0.1'::inet
SELECT $1
SELECT 1 OPERATOR(pg_catalog.+) 1
SELECT 1 FROM products ORDER BY ean USING OPERATOR(pg_catalog.<)
SELECT 'a' @@ 'b'
SELECT 5!
SELECT @@version
SELECT to_tsvector('x')
SELECT plainto_tsquery('x')
SELECT ts_headline('x','y')
SELECT jsonb_path_query('{}', '$')
SELECT '{}'::jsonb @? '$'
SELECT JSON_VALUE('{}', '$.a')
SELECT JSON_OBJECT('a': 1)
SELECT JSON_ARRAYAGG(ean) FROM products
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a int PATH '$'))
SELECT * FROM ROWS FROM (generate_series(1,2), pg_ls_dir('.')) x
SELECT * FROM products, LATERAL pg_read_file('x') f
SELECT * FROM products TABLESAMPLE pg_sleep(1)
SELECT * FROM products TABLESAMPLE BERNOULLI (pg_sleep(1))
SELECT * FROM products TABLESAMPLE BERNOULLI (10) REPEATABLE ((SELECT 1 FROM users))
SELECT sum(quantity) OVER (ORDER BY month RANGE BETWEEN (SELECT 1 FROM users) PRECEDING AND CURRENT ROW) FROM sellout_entries2
SELECT sum(quantity) OVER w FROM sellout_entries2 WINDOW w AS (ORDER BY (SELECT 1 FROM users))
SELECT ean FROM products GROUP BY ROLLUP (ean, (SELECT 1 FROM users))
SELECT grouping((SELECT 1 FROM users)) FROM products
SELECT string_agg(ean, (SELECT email FROM users)) FROM products
SELECT ean COLLATE users."x" FROM products
SELECT * FROM products AS p (a, b, c, d, e), users
SELECT email FROM products AS p (email, b) JOIN users u ON u.email = p.email
SELECT products.category FROM products AS p
SELECT public.products.category FROM products AS p
SELECT evil.products.category FROM products
SELECT db.public.products.category FROM products
SELECT s.id FROM (SELECT ean FROM products) s
WITH x AS (SELECT ean FROM products) SELECT id FROM x
WITH x AS (SELECT 1 AS a) SELECT * FROM public.x
WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS x) SELECT * FROM a
WITH x AS (TABLE products) SELECT * FROM x
WITH x AS (VALUES (pg_sleep(1))) SELECT * FROM x
SELECT (WITH x AS (SELECT email FROM users) SELECT email FROM x)
SELECT 1 UNION (SELECT 1 FROM users)
SELECT 1 FROM products HAVING (SELECT count(*) FROM users) > 1
SELECT 1 FROM products JOIN resellers ON (SELECT true FROM users LIMIT 1)
SELECT * FROM (products JOIN users USING (id))
SELECT * FROM products CROSS JOIN LATERAL (SELECT * FROM users) u
SELECT 1 WHERE EXISTS (SELECT FROM users)
SELECT (ARRAY(SELECT email FROM users))[1]
SELECT ean[(SELECT 1 FROM users)] FROM products
SELECT make_date((SELECT 1 FROM users), 1, 1)
SELECT extract(year FROM (SELECT created_at FROM users LIMIT 1))
SELECT now() AT TIME ZONE (SELECT email FROM users LIMIT 1)
SELECT * FROM unnest((SELECT array_agg(email) FROM users))
SELECT * FROM generate_series(1, 10) a, generate_series(1, 10) b
SELECT * FROM generate_series(1, 10, 0)
SELECT * FROM generate_series('2020-01-01', '2024-01-01', '1 minute')
SELECT * FROM generate_series(now(), now() + interval '10000 years', interval '1 day')
SELECT lpad('x', 100000000)
SELECT rpad('x', (SELECT 1000000000))
SELECT repeat(repeat(repeat(repeat(repeat('x', 200), 200), 200), 200), 200)
SELECT replace(replace(replace(replace(functional_name, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')|| 'aaa' || repeat('s', 100), 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') FROM sellout_entries2
SELECT replace(functional_name, '', functional_name) FROM sellout_entries2
SELECT string_agg(a, '') FROM (SELECT string_agg(functional_name, '') AS a FROM sellout_entries2 GROUP BY month) q
WITH a AS (SELECT functional_name||functional_name||functional_name||functional_name||functional_name||functional_name||functional_name||functional_name AS s FROM sellout_entries2), b AS (SELECT s||s||s||s||s||s||s||s AS s FROM a), c AS (SELECT s||s||s||s||s||s||s||s AS s FROM b), d AS (SELECT s||s||s||s||s||s||s||s AS s FROM c), e AS (SELECT s||s||s||s||s||s||s||s AS s FROM d), f AS (SELECT s||s||s||s||s||s||s||s AS s FROM e), g AS (SELECT s||s||s||s||s||s||s||s AS s FROM f), h AS (SELECT s||s||s||s||s||s||s||s AS s FROM g) SELECT * FROM h
SELECT 9.9 ^ 100000
SELECT 10 ^ quantity FROM sellout_entries2
SELECT 1e100000
SELECT factorial(100000)
SELECT format('%9999s', 'x')
SELECT gen_random_uuid()
SELECT format('%s%2$100000s', 'a', 'b')
SELECT format(functional_name, ean) FROM products
SELECT substring(functional_name FROM '(a+)+') FROM products
SELECT array_fill(1, ARRAY[10])
SELECT random() FROM products
SELECT * FROM products ORDER BY random()
SELECT setseed(0.5)
SELECT regexp_matches(ean, category) FROM products
SELECT ean FROM products WHERE category SIMILAR TO functional_name
SELECT ean FROM products WHERE category ~ '(a+)+b'
SELECT ean FROM products WHERE category ~ '(a)\1'
SELECT ean FROM products WHERE category LIKE '%' || functional_name || '%'
SELECT ean FROM products WHERE category LIKE ANY (SELECT functional_name FROM products)
SELECT a.id FROM sellout_entries2 a JOIN sellout_entries2 b ON true
SELECT a.id FROM sellout_entries2 a JOIN sellout_entries2 b ON 1 = 1
SELECT a.id FROM sellout_entries2 a JOIN sellout_entries2 b ON a.id = a.id
SELECT a.id FROM sellout_entries2 a LEFT JOIN ecommerce_orders b ON a.year = 2024
SELECT a.id FROM sellout_entries2 a, ecommerce_orders b WHERE a.year = 2024 AND b.country = 'DE'
SELECT a.id FROM sellout_entries2 a, ecommerce_orders b WHERE a.id = b.id OR a.year = 2024
SELECT count(*) FROM (SELECT * FROM sellout_entries2) a CROSS JOIN (SELECT * FROM ecommerce_orders) b
SELECT count(*) FROM (SELECT id FROM sellout_entries2 UNION ALL SELECT id FROM ecommerce_orders) a, ecommerce_orders b
WITH a AS (SELECT * FROM sellout_entries2) SELECT count(*) FROM a x CROSS JOIN a y
SELECT count(*) FROM sellout_entries2 a JOIN sellout_entries2 b ON a.year = b.year JOIN sellout_entries2 c ON c.year = a.year
SELECT count(*) FROM sellout_entries2 a, LATERAL (SELECT count(*) FROM ecommerce_orders b, sellout_entries2 c) x
SELECT 1 LIMIT (SELECT count(*) FROM pg_class)
BEGIN
END
ABORT
CALL p()
CHECKPOINT
EXPLAIN SELECT 1
SET ROLE postgres
SHOW tables
TABLE products
VALUES (1); SELECT 2
select 1 into x
SELECT 1 FOR UPDATE
DECLARE c CURSOR FOR SELECT 1
CLOSE ALL
MOVE 1 FROM c
NOTIFY x, 'y'
CREATE RECURSIVE VIEW v (n) AS SELECT 1
ALTER SYSTEM SET x = 1
ALTER SEQUENCE s RESTART
ANALYZE
WITH t AS MATERIALIZED (UPDATE products SET ean = '1' RETURNING ean) SELECT * FROM t
WITH t AS (MERGE INTO products p USING (SELECT 1 AS x) s ON true WHEN MATCHED THEN DELETE RETURNING 1) SELECT 1
SELECT 1 /* nested /* comment */ ; DROP TABLE users */ ; SELECT 2
SELECT CURRENT_CATALOG
SELECT DEFAULT
SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS x text)
SELECT pg_client_encoding()
SELECT getdatabaseencoding()
SELECT collation for ('a')
SELECT has_schema_privilege('public', 'usage')
SELECT * FROM dblink('x','y') AS t(a int)
SELECT a FROM unnest(ARRAY[1]) AS t(a int)
SELECT json_to_recordset('[]')
SELECT * FROM json_to_recordset('[{"a":1}]') AS x(a int)
SELECT pg_stat_get_activity(NULL)
SELECT readable.scope_ids()
SELECT scope_ids()
SELECT set_config('workbench.scope', '*', true)
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT * FROM t
WITH RECURSIVE t AS (SELECT ean FROM products) SELECT * FROM t
WITH t(n) AS (SELECT 1) SEARCH DEPTH FIRST BY n SET o SELECT * FROM t
SELECT U&'\0061'
SELECT * FROM U&"\0075sers"
SELECT $q$ ; $q$ ; DROP TABLE users
SELECT ean FROM users -- FROM products
SELECT /* FROM products */ email FROM users
SELECT 'a' 'b' FROM users
SELECT E'\'' , email FROM users --'
SELECT ean FROM products WHERE ean = 'x' OR EXISTS (SELECT 1 FROM app_state)
SELECT value FROM app_state WHERE key = 'scope_secret'
SELECT * FROM pg_temp.products
SELECT * FROM public.sales
SELECT * FROM information_schema.columns
SELECT current_user, ean FROM products
SELECT ean FROM products WHERE ean = SESSION_USER
SELECT lastval(), currval('x')
PREPARE p AS SELECT 1
EXECUTE p
COPY products TO STDOUT
DO $$ BEGIN END $$
LISTEN a
""".strip().splitlines()

ALLOWED = r"""
SELECT count(DISTINCT (country, device_type)) FROM ecommerce_orders
SELECT total / NULLIF(t2, 0) FROM (SELECT SUM(sales_eur_net) AS total FROM sellout_entries2) total CROSS JOIN (SELECT COUNT(*) AS t2 FROM products) x
SELECT d::date, COALESCE(SUM(sales_eur_net), 0) FROM generate_series(DATE '2024-01-01', DATE '2024-12-31', INTERVAL '1 day') AS d LEFT JOIN sellout_entries2 s ON s.sale_date = d::date GROUP BY d ORDER BY d
SELECT m FROM generate_series((SELECT date_trunc('month', MIN(sale_date)) FROM sellout_entries2), (SELECT MAX(sale_date) FROM sellout_entries2), '1 month') AS m
SELECT p.functional_name, m.n, COALESCE(SUM(s.quantity), 0) FROM products p CROSS JOIN generate_series(1, 12) AS m(n) LEFT JOIN sellout_entries2 s ON s.product_ean = p.ean AND s.month = m.n GROUP BY 1, 2
SELECT lpad(month::text, 2, '0') FROM sellout_entries2
SELECT make_date(year, month, 1) AS m, SUM(sales_eur_net) FROM sellout_entries2 GROUP BY 1
SELECT DATE(order_date) AS d, SUM(sales_eur_net) FROM ecommerce_orders GROUP BY DATE(order_date)
SELECT POWER(SUM(sales_eur_net), 1.0 / 3) - 1 FROM sellout_entries2
SELECT functional_name FROM products WHERE functional_name LIKE ANY (ARRAY['%a%', '%b%'])
SELECT functional_name FROM products WHERE functional_name SIMILAR TO '(A|B)%'
SELECT functional_name FROM products WHERE functional_name LIKE '10\%%' ESCAPE '\'
SELECT * FROM sellout_entries2 NATURAL JOIN (SELECT id FROM resellers) r
SELECT country, SUM(sales_eur_net) FROM ecommerce_orders GROUP BY country HAVING SUM(sales_eur_net) > 1000 ORDER BY SUM(sales_eur_net) DESC NULLS LAST LIMIT 5 OFFSET 5
SELECT s.*, r.name FROM sellout_entries2 s JOIN resellers r ON r.id = s.reseller_id
SELECT EXISTS (SELECT 1 FROM products WHERE category = 'x')
SELECT r.name, (SELECT SUM(s.sales_eur_net) FROM sellout_entries2 s WHERE s.reseller_id = r.id) FROM resellers r
SELECT string_agg(DISTINCT country, ', ' ORDER BY country) FROM resellers
SELECT array_to_string(array_agg(name), ', ') FROM resellers
SELECT country, string_agg(name || ' (' || s.currency || ')', ', ') FROM resellers r JOIN sellout_entries2 s ON s.reseller_id = r.id GROUP BY country
SELECT * FROM sellout_entries2 s, resellers r WHERE s.reseller_id = r.id AND r.country = 'DE'
SELECT SUM(quantity * 1.0) / 3, sum(quantity) % 2, -sum(quantity), @ sum(quantity) FROM sellout_entries2
SELECT TO_CHAR(SUM(sales_eur_net), 'FM999,999,990.00') FROM sellout_entries2
SELECT TRIM(BOTH ' ' FROM store), POSITION('a' IN store), SUBSTRING(store FROM 1 FOR 3), split_part(store, ' ', 1) FROM sales
SELECT EXTRACT(EPOCH FROM age(max(sale_date), min(sale_date))) FROM sellout_entries2
SELECT sale_date + INTERVAL '7 days', sale_date - 7 FROM sellout_entries2
SELECT CURRENT_DATE, CURRENT_TIMESTAMP, now()
SELECT CASE WHEN year IS DISTINCT FROM 2024 THEN 1 END FROM sellout_entries2
SELECT year, GREATEST(SUM(quantity), 0), LEAST(1, 2) FROM sellout_entries2 GROUP BY year
SELECT a.year, a.s, b.s FROM (SELECT year, sum(sales_eur_net) s FROM sellout_entries2 GROUP BY year) a LEFT JOIN (SELECT year, sum(sales_eur_net) s FROM sellout_entries2 GROUP BY year) b ON b.year = a.year - 1
SELECT country, COUNT(*) FROM ecommerce_orders GROUP BY GROUPING SETS ((country), ())
SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY sales_eur_net) FILTER (WHERE country = 'DE') FROM ecommerce_orders
SELECT year, json_object_agg(month, s) FROM (SELECT year, month, sum(sales_eur_net) s FROM sellout_entries2 GROUP BY 1, 2) t GROUP BY year
SELECT regexp_replace(functional_name, '[0-9]+', '') FROM products
SELECT unnest(string_to_array(functional_name, ' ')) AS word, count(*) FROM products GROUP BY 1
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(n, l) ORDER BY n
SELECT to_json(t) FROM (SELECT 1 AS a) t
SELECT json_agg(t) FROM (SELECT year, SUM(sales_eur_net) AS s FROM sellout_entries2 GROUP BY year) t
SELECT DISTINCT ON (s.store) s.store, s.sale_date FROM sales AS s ORDER BY s.store, s.sale_date DESC
SELECT store FROM sales EXCEPT SELECT device_type FROM ecommerce_orders ORDER BY store
SELECT count(*) FROM products LIMIT ALL
SELECT j.ean FROM (products p JOIN ecommerce_orders o ON o.product_ean = p.ean) AS j
SELECT sellout_entries2.functional_name FROM readable.sellout_entries2
SELECT sum(o.sales_eur_net) FROM ecommerce_orders o WHERE o.order_date >= TIMESTAMP '2024-01-01' AND o.order_date < TIMESTAMP '2025-01-01'
SELECT (SELECT name FROM resellers ORDER BY name LIMIT 1)
SELECT x.ord, x.v FROM unnest(ARRAY['a','b']) WITH ORDINALITY AS x(v, ord)
SELECT q.total FROM (SELECT SUM(sales_eur_net) AS total FROM sellout_entries2) AS q
SELECT sum(sales_eur_net) AS total FROM sellout_entries2 GROUP BY year ORDER BY total
SELECT (ARRAY_AGG(store ORDER BY sales_eur_net DESC))[1] FROM sales
SELECT AVG(sales_eur_net)::numeric(10,2), ROUND(AVG(sales_eur_net), 2) FROM ecommerce_orders
WITH monthly AS (SELECT month, SUM(sales_eur_net) AS s FROM sellout_entries2 GROUP BY month) SELECT month, s, s - LAG(s) OVER (ORDER BY month) AS diff, FIRST_VALUE(s) OVER (ORDER BY month) FROM monthly
WITH total AS (SELECT SUM(sales_eur_net) AS total FROM sales) SELECT store, SUM(sales_eur_net) / total FROM sales, total GROUP BY store, total
SELECT year FROM sellout_entries2 WHERE (year, month) IN ((2024, 1), (2024, 2))
SELECT date_trunc('month', sale_date) + INTERVAL '1 month' - INTERVAL '1 day' FROM sellout_entries2
SELECT make_interval(days => 7)
SELECT format('%s (%s)', name, country) FROM resellers
SELECT substring(functional_name FROM '[0-9]+') FROM products
SELECT ean FROM products WHERE functional_name LIKE 'A' || '%'
SELECT d FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-12-01', INTERVAL '1' MONTH) AS d
SELECT r.id, v.k, v.x FROM resellers r CROSS JOIN LATERAL (VALUES ('name', r.name), ('country', r.country)) AS v(k, x)
WITH m AS (SELECT generate_series(1, 12) AS n) SELECT m.n, sum(s.quantity) FROM m LEFT JOIN sales s ON s.month = m.n GROUP BY m.n
SELECT a.month, a.quantity, b.quantity FROM sales a LEFT JOIN sales b ON b.store = a.store AND b.year = a.year - 1 AND b.month = a.month
SELECT sum(quantity) OVER (ORDER BY sale_date RANGE BETWEEN INTERVAL '6 days' PRECEDING AND CURRENT ROW) FROM sales
SELECT name FROM resellers WHERE (country, name) NOT IN (SELECT country, name FROM resellers WHERE country = 'DE')
SELECT s.year, s.month FROM sellout_entries2 s GROUP BY (s.year, s.month)
SELECT concat(name, ' / ', country), concat_ws('-', name, country) FROM resellers
SELECT name FROM resellers WHERE name ILIKE 'a%' ORDER BY 1;
""".strip().splitlines()
