drop index inbound_texts_settled;
drop index notices_by_time;
drop index outbox_done;
