//! The local queue keeps the messages that it accepted, as SQS does.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_emulation::queue::consumer::take_batch;
use aws_emulation::queue::{MAX_RECEIVES, Spool, VISIBILITY};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::app::{Rng as _, SystemRng};
use shared::ids::{EventId, OrderId};
use shared::outbox::{Event, EventKind, Queue as _};

use crate::{TestClock, a_directory};

fn an_event() -> Event {
    let order_id = OrderId(SystemRng.random_uuid());
    Event::new(EventId(SystemRng.random_uuid()), EventKind::OrderPlaced { order_id })
}

async fn a_queue_with(events: usize) -> (Spool, Arc<TestClock>, Vec<Event>) {
    let clock = TestClock::new();
    let spool = Spool::open(a_directory(), clock.clone()).unwrap();
    let mut sent = Vec::new();
    for _ in 0..events {
        let event = an_event();
        spool.send(&event, None).await.unwrap();
        sent.push(event);
        // Ids, and so the order, depend on the millisecond.
        clock.advance(std::time::Duration::from_millis(1));
    }
    (spool, clock, sent)
}

/// The consumer that is done with everything, and keeps what it was given.
async fn taken_by_a_good_consumer(spool: &Spool) -> Vec<SqsEvent> {
    let taken = Mutex::new(Vec::new());
    take_batch(spool, &async |event| {
        taken.lock().unwrap().push(event);
        Ok(SqsBatchResponse::default())
    })
    .await
    .unwrap();
    taken.into_inner().unwrap()
}

async fn take_and_fail(spool: &Spool) -> usize {
    take_batch(spool, &async |_| anyhow::bail!("the consumer is broken")).await.unwrap()
}

#[tokio::test]
async fn messages_come_as_lambda_is_sent_them_in_order_and_at_most_ten_at_once() {
    let (spool, _, sent) = a_queue_with(12).await;
    let batch = taken_by_a_good_consumer(&spool).await.remove(0);
    let bodies: Vec<Event> =
        batch.records.iter().map(|record| Event::read(record.body.as_ref().unwrap()).unwrap()).collect();
    assert_eq!(bodies, sent[..10]);
    assert_eq!(batch.records[0].attributes["ApproximateReceiveCount"], "1");
    assert_eq!(batch.records[0].event_source.as_deref(), Some("aws:sqs"));
    assert_eq!(spool.len().unwrap(), 2, "what was acted on is gone");
}

#[tokio::test]
async fn a_message_in_the_hands_of_a_process_that_was_killed_comes_again() {
    let dir = a_directory();
    let clock = TestClock::new();
    let spool = Spool::open(dir.clone(), clock.clone()).unwrap();
    let event = an_event();
    spool.send(&event, None).await.unwrap();
    assert_eq!(spool.receive(10).unwrap().deliveries.len(), 1);
    drop(spool);

    let spool = Spool::open(dir, clock.clone()).unwrap();
    assert!(spool.receive(10).unwrap().deliveries.is_empty(), "another consumer still holds it");
    clock.advance(VISIBILITY);
    let again = spool.receive(10).unwrap().deliveries.remove(0);
    assert_eq!((Event::read(&again.body).unwrap(), again.receives()), (event, 2));
}

#[tokio::test]
async fn a_message_that_was_half_written_when_the_process_was_killed_is_none() {
    let dir = a_directory();
    std::fs::write(dir.join("01a202cf683275988c673333ea553245.new"), "{\"v\":1,").unwrap();
    let spool = Spool::open(dir.clone(), TestClock::new()).unwrap();
    assert!(spool.is_empty().unwrap());
    assert!(!dir.join("01a202cf683275988c673333ea553245.new").exists());
}

#[tokio::test]
async fn only_what_failed_comes_again() {
    let (spool, clock, sent) = a_queue_with(3).await;
    take_batch(&spool, &async |batch: SqsEvent| {
        let mut answer = SqsBatchResponse::default();
        answer.add_failure(batch.records[1].message_id.clone().unwrap());
        Ok(answer)
    })
    .await
    .unwrap();
    clock.advance(VISIBILITY);
    let batch = taken_by_a_good_consumer(&spool).await.remove(0);
    assert_eq!(batch.records.len(), 1);
    assert_eq!(Event::read(batch.records[0].body.as_ref().unwrap()).unwrap(), sent[1]);
    assert!(spool.is_empty().unwrap());
}

#[tokio::test]
async fn a_message_that_always_fails_is_moved_to_the_dead_letters() {
    let (spool, clock, _) = a_queue_with(1).await;
    for _ in 0..MAX_RECEIVES {
        assert_eq!(take_and_fail(&spool).await, 1);
        assert_eq!(take_and_fail(&spool).await, 0, "it is not visible yet");
        clock.advance(VISIBILITY);
    }
    let dead = spool.receive(10).unwrap().dead;
    assert_eq!(dead.len(), 1);
    assert!(Event::read(&std::fs::read_to_string(&dead[0]).unwrap()).is_ok());
    assert!(spool.is_empty().unwrap());
}

#[tokio::test]
async fn a_consumer_that_comes_too_late_deletes_nothing_of_the_next_ones() {
    let (spool, clock, _) = a_queue_with(1).await;
    let late = spool.receive(10).unwrap().deliveries.remove(0);
    clock.advance(VISIBILITY);
    let next = spool.receive(10).unwrap().deliveries.remove(0);
    spool.delete(&late).unwrap();
    assert_eq!(spool.len().unwrap(), 1);
    spool.delete(&next).unwrap();
    assert!(spool.is_empty().unwrap());
}

#[tokio::test]
async fn a_message_that_is_put_into_the_folder_or_deleted_by_hand_is_noticed() {
    let dir = a_directory();
    let spool = Spool::open(dir.clone(), TestClock::new()).unwrap();
    assert!(spool.receive(10).unwrap().deliveries.is_empty());
    let elsewhere = Spool::open(dir.clone(), TestClock::new()).unwrap();
    elsewhere.send(&an_event(), None).await.unwrap();
    assert_eq!(spool.receive(10).unwrap().deliveries.len(), 1);

    spool.send(&an_event(), None).await.unwrap();
    spool.send(&an_event(), None).await.unwrap();
    let mut files = std::fs::read_dir(&dir).unwrap().flatten().map(|entry| entry.path());
    let unreceived = files.find(|path| path.to_string_lossy().ends_with(".0.0.json"));
    std::fs::remove_file(unreceived.unwrap()).unwrap();
    assert_eq!(spool.receive(10).unwrap().deliveries.len(), 1);
}

/// Puts this many messages into the folder of a queue.
fn put(messages: usize, dir: &Path) {
    let body = serde_json::to_string(&an_event()).unwrap();
    for _ in 0..messages {
        std::fs::write(dir.join(format!("{}.0.0.json", SystemRng.random_uuid().simple())), &body).unwrap();
    }
}

/// Returns the time of a hundred batches.
fn time_of_a_hundred_batches(spool: &Spool) -> Duration {
    let started = Instant::now();
    for _ in 0..100 {
        let received = spool.receive(10).unwrap();
        assert_eq!(received.deliveries.len(), 10);
        received.deliveries.iter().for_each(|delivery| spool.delete(delivery).unwrap());
    }
    started.elapsed()
}

#[test]
fn a_batch_takes_as_long_however_many_messages_wait() {
    let time_with = |messages| {
        let dir = a_directory();
        put(messages, &dir);
        let spool = Spool::open(dir.clone(), TestClock::new()).unwrap();
        let time = time_of_a_hundred_batches(&spool);
        std::fs::remove_dir_all(dir).unwrap();
        time
    };
    let (few, many) = (time_with(1_000), time_with(20_000));
    assert!(many < 4 * few + Duration::from_millis(300), "{few:?} with 1,000 messages, {many:?} with 20,000");
}
