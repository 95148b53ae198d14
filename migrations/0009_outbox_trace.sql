-- X-Ray's header of the request that wrote an event, so that a mail which the relay has to send still belongs to the trace of its order.
-- Written only where the function could not send the event itself: null in the row of every other.
alter table outbox add column trace_header text;
