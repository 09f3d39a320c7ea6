-- Why: work orders come from an MES or an ERP, which changes, holds, splits and cancels them, says things
-- twice and in any order. Everything it ever said of an order is kept, with what became of it: what the
-- order is to be follows from all of it, and what can't be any more is shown to a person.
create table order_messages (
  id uuid primary key,
  site_id uuid not null references sites (id),
  token_id uuid,
  system text not null,
  number text not null,
  parent text,
  action text not null,
  sent_at timestamptz(3),
  version text,
  message jsonb,
  content_sha256 text not null,
  raw_sha256 text not null,
  media_type text not null,
  received_at timestamptz(3) not null,
  state text not null,
  code text,
  params jsonb not null default '{}',
  order_id uuid,
  decided_at timestamptz(3) not null,
  constraint order_messages_action check
    (action in ('order', 'hold', 'release', 'cancel', 'split', 'unreadable')),
  constraint order_messages_state check
    (state in ('applied', 'unchanged', 'duplicate', 'older', 'differs', 'parked', 'unreadable')),
  constraint order_messages_readable check ((message is null) = (state = 'unreadable')),
  constraint order_messages_parked_for_something check (state <> 'parked' or code is not null)
);
create index order_messages_site_id_number_idx on order_messages (site_id, number);
create index order_messages_site_id_parent_idx on order_messages (site_id, parent);
create index order_messages_site_id_state_received_at_idx on order_messages (site_id, state, received_at);
-- Said once: what is said again is a duplicate of it.
create unique index order_messages_said_once on order_messages (site_id, system, number, content_sha256)
  where state not in ('duplicate', 'unreadable');

alter table order_messages enable row level security;
alter table order_messages force row level security;
create policy by_site on order_messages
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
create policy all_sites on order_messages to buyoff_worker using (true) with check (true);
revoke all on order_messages from public;
grant select, insert on order_messages to buyoff_app;
-- What was said stays; what became of it may become something else.
grant update (state, code, params, order_id, decided_at) on order_messages to buyoff_app;
grant select on order_messages to buyoff_worker;

-- What another system states of an order beside what a person enters.
alter table work_orders
  add column system text,
  add column external_id text,
  add column due_at timestamptz(3),
  add column priority text,
  add column instruction text,
  add column instruction_revision text,
  add column units text[] default '{}',
  add column parent_id uuid,
  add column is_cancelled_there boolean not null default false,
  add column differences jsonb not null default '[]';
create unique index work_orders_site_id_system_external_id_key
  on work_orders (site_id, system, external_id) where external_id is not null;
