"""The rollup keeps the day and the VAT basis a line states, so that it answers any range of days and the split of a change."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = """
alter table sales_rollup
  add column vat_basis text,
  add column sale_date date,
  add column net_with_gross numeric
"""
REFILL = """
insert into sales_rollup (source, reseller_id, store_id, channel, product_ean, country, view, period_start, period_end, year, month,
  line_kind, bulk, valued, currency, vat_basis, sale_date, lines, quantity, sales_eur_net, sales_eur_gross, amount_local,
  unconverted_lines, unconverted_local, cost_of_goods, cost_with_net, net_with_cost, payment_fee, priced_quantity, priced_net,
  net_with_gross)
select source, reseller_id, store_id, channel, product_ean, country, view, period_start, period_end, year, month,
  line_kind, bulk, valued, currency, vat_basis, sale_date, count(*), sum(quantity), sum(sales_eur_net), sum(sales_eur_gross), sum(amount_local),
  count(*) filter (where amount_local is not null and sales_eur_net is null), sum(amount_local) filter (where sales_eur_net is null),
  sum(cost_of_goods), sum(cost_of_goods) filter (where sales_eur_net is not null),
  sum(sales_eur_net) filter (where cost_of_goods is not null), sum(payment_fee),
  sum(quantity) filter (where sales_eur_net is not null), sum(sales_eur_net) filter (where quantity is not null),
  sum(sales_eur_net) filter (where sales_eur_gross is not null)
from (
  select 'sell-out' as source, reseller_id, store_id, channel, product_ean, null::text as country, view, period_start, period_end, year, month,
         line_kind, bulk, valued, currency, vat_basis, sale_date, quantity, sales_eur_net, sales_eur_gross, amount_local,
         null::numeric as cost_of_goods, null::numeric as payment_fee
  from sellout_entries2 where live and primary_view
  union all
  select 'd2c', reseller_id, store_id, channel, product_ean, country, 'main', order_date, order_date,
         extract(year from order_date)::int, extract(month from order_date)::int,
         line_kind, bulk, valued, currency, vat_basis, null, quantity, sales_eur_net, sales_eur_gross, amount_local,
         cost_of_goods, payment_fee
  from ecommerce_orders where live
) as facts
group by source, reseller_id, store_id, channel, product_ean, country, view, period_start, period_end, year, month,
  line_kind, bulk, valued, currency, vat_basis, sale_date
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute("delete from sales_rollup")
    op.execute(REFILL)


def downgrade() -> None:
    op.execute("alter table sales_rollup drop column vat_basis, drop column sale_date, drop column net_with_gross")
