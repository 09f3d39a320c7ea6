-- Why: whoever receives a serial or a lot says where it came from and on which certificate: what is
-- installed has to be traceable to its maker (AS9100 8.4.2, 8.5.2). Nothing of it is asked of what an ERP
-- has brought before.
alter table stock
  add column supplier text,
  add column certificate text,
  add column received_on date,
  add constraint stock_serial_or_lot check (num_nonnulls(serial, lot) = 1);
