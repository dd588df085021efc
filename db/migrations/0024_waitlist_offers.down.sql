delete from outbox where kind = 'offer_waitlist';
drop table waitlist_offers;
delete from waitlist where status in ('booked', 'closed');
alter table waitlist drop constraint waitlist_status_check;
alter table waitlist add constraint waitlist_status_check check (status in ('waiting', 'matched'));
comment on column waitlist.status is 'matched: a time became free that suits, and the customer is to be told. It is not kept for them: whoever tells them makes sure that it is still free, or has them wait on.';
