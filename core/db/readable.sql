-- The published views: what pages, chat, reports, notebooks and generated SQL may read. Live rows only.
create schema if not exists readable;

-- The resellers of the session's signed scope: null = all, empty = none (no scope, or a forged one).
create or replace function readable.scope_ids() returns bigint[]
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select case
    when signature is distinct from encode(sha256(convert_to(secret || '|' || encode(sha256(convert_to(secret || '|' || ids, 'UTF8')), 'hex'), 'UTF8')), 'hex')
      then '{}'::bigint[]
    when ids = '*' then null
    when ids = '' then '{}'::bigint[]
    else string_to_array(ids, ',')::bigint[]
  end
  from (
    select split_part(setting, '|', 1) as ids, split_part(setting, '|', 2) as signature,
           (select value #>> '{}' from public.app_state where key = 'scope_secret') as secret
    from (select coalesce(current_setting('workbench.scope', true), '') as setting) as raw
  ) as parts;
end;

-- Opens a scope for this transaction. A forged one is taken and then shows no rows, see scope_ids.
create or replace function readable.use_scope(signed text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
begin atomic
  select set_config('workbench.scope', signed, true);
end;

-- Rises with every change of the data; part of every cache key.
create or replace function readable.current_data_version() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((select value #>> '{}' from public.app_state where key = 'data_version'), '0')::bigint;
end;

create or replace view readable.data_version as select readable.current_data_version() as version;

-- The city of a web-shop customer is personal data in small places: shown only when an administrator allows it (app_state 'show_city').
create or replace function readable.shows_city() returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((select value #>> '{}' from public.app_state where key = 'show_city'), 'false') = 'true';
end;

-- One line of live sales, of resellers (source 'sell-out') and of the own web shop (source 'd2c'). Money in EUR; null = not converted.
-- sold_on: the day, where the file states it. counted_on: the day that decides in which period a line counts; always inside (year, month),
-- which the reseller's period rule sets, so that every line counts exactly once over any split of the calendar.
create or replace view readable.sales as
select 'sell-out'::text as source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id, s.name as store, f.store_id,
       s.city, coalesce(s.country, r.country) as country,
       f.product_ean, p.functional_name, p.product_name, p.category, p.size_ml, p.kind as product_kind,
       f.view, f.period_start, f.period_end, f.sale_date, f.year, f.month,
       coalesce(f.sale_date, case when f.period_start = f.period_end then f.period_start end) as sold_on,
       case when f.sale_date >= make_date(f.year, f.month, 1) and f.sale_date < make_date(f.year + f.month / 12, f.month % 12 + 1, 1) then f.sale_date
            else least(f.period_end, make_date(f.year + f.month / 12, f.month % 12 + 1, 1) - 1) end as counted_on,
       f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local, f.currency, f.vat_basis, f.fx_rate, f.valued, f.line_kind, f.bulk,
       f.provisional, f.vendor_channel, null::text as order_id, null::numeric as cost_of_goods, null::numeric as payment_fee,
       null::text as utm_source, null::text as utm_medium, null::text as utm_campaign, null::text as device_type, null::boolean as is_gift,
       f.upload_batch_id, f.source_sheet, f.source_row, f.source_cells, f.id,
       (select l.unit_price from public.price_list l where l.ean = f.product_ean and l.currency = f.currency and l.vat_basis = 'gross'
          and l.valid_from <= f.period_end order by l.valid_from desc limit 1) as list_price
from public.sellout_entries2 f
join public.resellers r on r.id = f.reseller_id
left join public.stores s on s.id = f.store_id
left join public.products p on p.ean = f.product_ean
where f.live and f.primary_view
union all
select 'd2c', f.channel, r.name, r.key, f.reseller_id, s.name, f.store_id,
       case when (select readable.shows_city()) then f.city end, f.country,
       f.product_ean, p.functional_name, p.product_name, p.category, p.size_ml, p.kind,
       'main', f.order_date, f.order_date, f.order_date, extract(year from f.order_date)::int, extract(month from f.order_date)::int,
       f.order_date, f.order_date,
       f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local, f.currency, f.vat_basis, f.fx_rate, f.valued, f.line_kind, f.bulk,
       false, null, f.order_id, f.cost_of_goods, f.payment_fee, f.utm_source, f.utm_medium, f.utm_campaign, f.device_type, f.is_gift,
       f.upload_batch_id, null, f.source_row, f.source_cells, f.id,
       (select l.unit_price from public.price_list l where l.ean = f.product_ean and l.currency = f.currency and l.vat_basis = 'gross'
          and l.valid_from <= f.order_date order by l.valid_from desc limit 1)
from public.ecommerce_orders f
join public.resellers r on r.id = f.reseller_id
left join public.stores s on s.id = f.store_id
left join public.products p on p.ean = f.product_ean
where f.live;

-- The same lines summed to the grain most questions need (kept equal to the facts by every import and undo); additive columns only.
create or replace view readable.sales_rollup as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id, s.name as store, f.store_id,
       case when f.source = 'd2c' then f.country else coalesce(s.country, r.country) end as country,
       f.product_ean, p.functional_name, p.product_name, p.category, p.size_ml, p.kind as product_kind,
       f.view, f.period_start, f.period_end, f.year, f.month,
       coalesce(f.sale_date, case when f.period_start = f.period_end then f.period_start end) as sold_on,
       case when f.sale_date >= make_date(f.year, f.month, 1) and f.sale_date < make_date(f.year + f.month / 12, f.month % 12 + 1, 1) then f.sale_date
            else least(f.period_end, make_date(f.year + f.month / 12, f.month % 12 + 1, 1) - 1) end as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross,
       f.rated_quantity * (select l.unit_price from public.price_list l where l.ean = f.product_ean and l.currency = f.currency and l.vat_basis = 'gross'
          and l.valid_from <= f.period_end order by l.valid_from desc limit 1) as listed_gross,
       case when (select l.unit_price from public.price_list l where l.ean = f.product_ean and l.currency = f.currency and l.vat_basis = 'gross'
          and l.valid_from <= f.period_end order by l.valid_from desc limit 1) is not null then f.rated_gross end as gross_at_list
from public.sales_rollup f
join public.resellers r on r.id = f.reseller_id
left join public.stores s on s.id = f.store_id
left join public.products p on p.ean = f.product_ean;

-- The rollup without stores, by day and by month, and both without products, in the same columns: read by the application's own questions, not offered to generated SQL.
-- Of sales_months, period_start and period_end stand only where a period reaches out of its month, and no line states its day.
create or replace view readable.sales_days as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id,
       case when f.source = 'd2c' then f.country else coalesce(f.country, r.country) end as country,
       f.product_ean, p.functional_name, p.product_name, p.category, p.size_ml, p.kind as product_kind,
       f.period_start, f.period_end, f.year, f.month,
       coalesce(f.sale_date, case when f.period_start = f.period_end then f.period_start end) as sold_on,
       case when f.sale_date >= make_date(f.year, f.month, 1) and f.sale_date < make_date(f.year + f.month / 12, f.month % 12 + 1, 1) then f.sale_date
            else least(f.period_end, make_date(f.year + f.month / 12, f.month % 12 + 1, 1) - 1) end as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross, f.listed_gross, f.gross_at_list,
       case when f.sale_date is null and f.period_start <> f.period_end then f.lines else 0 end as undated,
       case when f.sale_date is null and f.period_end - f.period_start >= 7 then f.lines else 0 end as undated_long
from public.sales_days f
join public.resellers r on r.id = f.reseller_id
left join public.products p on p.ean = f.product_ean;

create or replace view readable.sales_day_totals as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id,
       case when f.source = 'd2c' then f.country else coalesce(f.country, r.country) end as country,
       null::text as product_ean, null::text as functional_name, null::text as product_name, null::text as category, null::numeric as size_ml,
       null::text as product_kind,
       f.period_start, f.period_end, f.year, f.month,
       coalesce(f.sale_date, case when f.period_start = f.period_end then f.period_start end) as sold_on,
       case when f.sale_date >= make_date(f.year, f.month, 1) and f.sale_date < make_date(f.year + f.month / 12, f.month % 12 + 1, 1) then f.sale_date
            else least(f.period_end, make_date(f.year + f.month / 12, f.month % 12 + 1, 1) - 1) end as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross, f.listed_gross, f.gross_at_list,
       case when f.sale_date is null and f.period_start <> f.period_end then f.lines else 0 end as undated,
       case when f.sale_date is null and f.period_end - f.period_start >= 7 then f.lines else 0 end as undated_long
from public.sales_day_totals f
join public.resellers r on r.id = f.reseller_id;

create or replace view readable.sales_months as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id,
       case when f.source = 'd2c' then f.country else coalesce(f.country, r.country) end as country,
       f.product_ean, p.functional_name, p.product_name, p.category, p.size_ml, p.kind as product_kind,
       f.period_start, f.period_end, f.year, f.month, null::date as sold_on, make_date(f.year, f.month, 1) as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross, f.listed_gross, f.gross_at_list, f.undated, f.undated_long
from public.sales_months f
join public.resellers r on r.id = f.reseller_id
left join public.products p on p.ean = f.product_ean;

-- The same over whole quarters, and (quarter 0) whole years: in the order of columns of sales_months, which it is read beside.
create or replace view readable.sales_quarters as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id,
       case when f.source = 'd2c' then f.country else coalesce(f.country, r.country) end as country,
       f.product_ean, p.functional_name, p.product_name, p.category, p.size_ml, p.kind as product_kind,
       null::date as period_start, null::date as period_end, f.year, f.quarter, null::date as sold_on, null::date as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross, f.listed_gross, f.gross_at_list, f.undated, f.undated_long
from public.sales_quarters f
join public.resellers r on r.id = f.reseller_id
left join public.products p on p.ean = f.product_ean;

create or replace view readable.sales_totals as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id,
       case when f.source = 'd2c' then f.country else coalesce(f.country, r.country) end as country,
       null::text as product_ean, null::text as functional_name, null::text as product_name, null::text as category, null::numeric as size_ml,
       null::text as product_kind,
       f.period_start, f.period_end, f.year, f.month, null::date as sold_on, make_date(f.year, f.month, 1) as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross, f.listed_gross, f.gross_at_list, f.undated, f.undated_long
from public.sales_totals f
join public.resellers r on r.id = f.reseller_id;

-- By store without products: by month, and for the months that a question cuts through the rollup itself, in the same columns.
create or replace view readable.sales_store_months as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id, s.name as store, f.store_id,
       case when f.source = 'd2c' then f.country else coalesce(s.country, r.country) end as country,
       f.period_start, f.period_end, f.year, f.month, null::date as sold_on, make_date(f.year, f.month, 1) as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross, f.undated, f.undated_long
from public.sales_store_months f
join public.resellers r on r.id = f.reseller_id
left join public.stores s on s.id = f.store_id;

create or replace view readable.sales_store_days as
select f.source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id, s.name as store, f.store_id,
       case when f.source = 'd2c' then f.country else coalesce(s.country, r.country) end as country,
       f.period_start, f.period_end, f.year, f.month,
       coalesce(f.sale_date, case when f.period_start = f.period_end then f.period_start end) as sold_on,
       case when f.sale_date >= make_date(f.year, f.month, 1) and f.sale_date < make_date(f.year + f.month / 12, f.month % 12 + 1, 1) then f.sale_date
            else least(f.period_end, make_date(f.year + f.month / 12, f.month % 12 + 1, 1) - 1) end as counted_on,
       f.currency, f.vat_basis, f.valued, f.line_kind, f.bulk, f.lines, f.quantity, f.sales_eur_net, f.sales_eur_gross, f.amount_local,
       f.unconverted_lines, f.unconverted_local, f.cost_of_goods, f.cost_with_net, f.net_with_cost, f.payment_fee,
       f.priced_quantity, f.priced_net, f.net_with_gross,
       case when f.sale_date is null and f.period_start <> f.period_end then f.lines else 0 end as undated,
       case when f.sale_date is null and f.period_end - f.period_start >= 7 then f.lines else 0 end as undated_long
from public.sales_rollup f
join public.resellers r on r.id = f.reseller_id
left join public.stores s on s.id = f.store_id;

-- Web-shop orders with a sale line: `orders` of them, or the one of `order_id`, which stands once for each state its lines differ in.
create or replace view readable.order_days as
select 'd2c'::text as source, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id, s.name as store, f.store_id, f.country,
       f.order_date as period_start, f.order_date as period_end, extract(year from f.order_date)::int as year,
       extract(month from f.order_date)::int as month, f.order_date as sold_on, f.order_date as counted_on, f.currency, f.vat_basis,
       'sale'::text as line_kind, f.bulk, null::numeric as payment_fee, null::numeric as cost_of_goods, f.order_id,
       case when f.order_id is null then f.orders end as orders
from public.order_days f
join public.resellers r on r.id = f.reseller_id
left join public.stores s on s.id = f.store_id;

create or replace view readable.resellers as
select id, key, name, country, currency, cadence, active_from, active_until, period_rule, grace_days from public.resellers;

create or replace view readable.stores as
select s.id, s.reseller_id, r.name as reseller, s.name, s.channel, s.city, s.country, s.opened, s.closed
from public.stores s join public.resellers r on r.id = s.reseller_id;

create or replace view readable.products as
select ean, functional_name, product_name, size_ml, kind, category, rrp_eur, on_sale_from, on_sale_until from public.products;

create or replace view readable.sellout_entries2 as
select id, upload_batch_id, reseller_id, store_id, channel, product_ean, functional_name, view, period_start, period_end, sale_date, year, month,
       quantity, amount_local, currency, vat_basis, fx_rate, sales_eur_gross, sales_eur_net, line_kind, bulk, vendor_channel,
       source_sheet, source_row
from public.sellout_entries2 where live and primary_view;

create or replace view readable.ecommerce_orders as
select id, upload_batch_id, reseller_id, order_id, order_date, product_ean, functional_name, quantity, amount_local, currency,
       sales_eur_gross, sales_eur_net, line_kind, bulk, cost_of_goods, payment_fee, country, utm_source, utm_medium, utm_campaign,
       device_type, is_gift, source_row
from public.ecommerce_orders where live;

-- What each reseller has stated: one live slice a line. A stored file that claims no slice of its own (the web shop's overlapping
-- exports) covers the days it spans. restated: an earlier file had stated this slice differently.
create or replace view readable.covered_slices as
select c.reseller_id, r.name as reseller, c.view, c.period_start, c.period_end, c.upload_batch_id, c.facts_batch_id,
       coalesce(o.least_key <> c.content_key or o.greatest_key <> c.content_key, false) as restated
from public.slice_claims c join public.resellers r on r.id = c.reseller_id
left join (
  select s.reseller_id, s.view, s.period_start, s.period_end, min(s.content_key) as least_key, max(s.content_key) as greatest_key
  from public.slice_claims s join public.upload_batches b on b.id = s.upload_batch_id where b.status = 'stored' group by 1, 2, 3, 4
) as o on o.reseller_id = c.reseller_id and o.view = c.view and o.period_start = c.period_start and o.period_end = c.period_end
where c.live
union all
select b.reseller_id, r.name, 'main', b.period_start, b.period_end, b.id, b.id, false
from public.upload_batches b join public.resellers r on r.id = b.reseller_id
where b.status = 'stored' and b.period_start is not null and b.period_end is not null
  and not exists (select from public.slice_claims c where c.upload_batch_id = b.id);

-- Lines that wait in the inbox: no product or store yet, so they are in no figure; their money is stated beside the figures.
-- What was answered as no product (services, gift cards) waits for nothing.
create or replace view readable.held_lines as
select h.reseller_id, r.name as reseller, h.rule, h.period_start, h.period_end, h.quantity, h.amount_local, h.currency,
       h.sales_eur_net, h.sales_eur_gross, h.upload_batch_id
from public.held_rows h join public.resellers r on r.id = h.reseller_id where h.live and h.resolved_at is null and h.primary_view
  and h.rule <> 'not_a_product';

-- Units in stock as files state them, at the end of each week or month; of the file whose slice is live, and of known products only.
-- The columns of readable.sales_rollup as far as stock has them, so that the same questions can be asked of both.
create or replace view readable.stock_levels as
select 'sell-out'::text as source, s.channel, r.name as reseller, r.key as reseller_key, k.reseller_id, s.name as store, k.store_id,
       coalesce(s.country, r.country) as country,
       k.product_ean, p.functional_name, p.product_name, p.category, p.size_ml, p.kind as product_kind,
       k.view, k.period_start, k.as_of as period_end, null::date as sold_on,
       case r.period_rule when 'week_end' then k.as_of
            else least(k.as_of, (date_trunc('month', case r.period_rule when 'week_start' then k.period_start
                 else k.period_start + (k.as_of - k.period_start) / 2 end) + interval '1 month - 1 day')::date) end as counted_on,
       k.quantity, k.upload_batch_id, k.source_sheet, k.source_row, k.source_cells, k.id
from public.stock_levels k
join public.slice_claims c on c.live and c.upload_batch_id = k.upload_batch_id and c.reseller_id = k.reseller_id
  and c.view = k.view and c.period_start = k.period_start and c.period_end = k.as_of
join public.resellers r on r.id = k.reseller_id
join public.products p on p.ean = k.product_ean
left join public.stores s on s.id = k.store_id
where k.rule is null;
