//! A database that goes away after a mail was sent and before that is recorded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use notifications::{Limits, Notifications};
use shared::app::db::{Connector, Db, PoolSettings};
use shared::testing::TestApp;
use sqlx::PgPool;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::mailers::{AsyncMeddler, Interfering, RecordingMailer};
use crate::{consumer, delivered, logged};

/// The line between the consumer and the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// The database answers.
    Up,
    /// Connections are closed, and new ones too.
    Cut,
    /// Connections stay open, and nothing is answered.
    Silent,
}

/// Returns the database behind a line that the sender switches.
async fn a_database_behind_a_line(pool: &PgPool) -> (Db, watch::Sender<Line>) {
    let options = pool.connect_options().as_ref().clone().username("shop_notifications");
    let server = (options.get_host().to_owned(), options.get_port());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = options.host("127.0.0.1").port(listener.local_addr().unwrap().port());
    let (switch, line) = watch::channel(Line::Up);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(carry(client, server.clone(), line.clone()));
        }
    });
    (Db::new(Connector::to(options), PoolSettings { max_connections: 1 }), switch)
}

/// Carries one connection until the line is switched.
async fn carry(mut client: TcpStream, server: (String, u16), mut line: watch::Receiver<Line>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = line.wait_for(|line| *line != Line::Up) => {}
    }
    let _ = line.wait_for(|line| *line != Line::Silent).await;
}

/// Switches the line while a mail is being sent, and back after this time.
struct Outage {
    switch: watch::Sender<Line>,
    line: Line,
    duration: Duration,
}

#[async_trait]
impl AsyncMeddler for Outage {
    async fn meddle(&self) {
        self.switch.send_replace(self.line);
        let (switch, duration) = (self.switch.clone(), self.duration);
        tokio::spawn(async move {
            sleep(duration).await;
            switch.send_replace(Line::Up);
        });
    }
}

/// Returns a consumer whose database goes away for this time with each mail, and its mailer.
async fn a_consumer_with_outages(
    app: &TestApp,
    line: Line,
    duration: Duration,
) -> (Notifications, Arc<RecordingMailer>) {
    let (db, switch) = a_database_behind_a_line(&app.db).await;
    let mailer = RecordingMailer::new();
    let outage = Outage { switch, line, duration };
    let consumer = Notifications { db, ..consumer(app, Arc::new(Interfering(outage, mailer.clone()))) };
    (consumer, mailer)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_is_sent_once_although_the_database_is_away_for_seconds(db: PgPool) {
    let app = TestApp::without_routes(db);
    for line in [Line::Cut, Line::Silent] {
        let event = app.an_order().await.event;
        let (consumer, mailer) = a_consumer_with_outages(&app, line, Duration::from_secs(7)).await;

        assert!(delivered(&consumer, &event).await, "{line:?}");
        assert_eq!(logged(&app).await, ("sent".into(), 1, None), "{line:?}");
        app.clock.advance(60);
        assert!(delivered(&consumer, &event).await, "{line:?}");

        assert_eq!(mailer.sent().len(), 1, "{line:?}");
        sqlx::query("delete from mail_log").execute(&app.db).await.unwrap();
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_database_that_stays_away_is_not_waited_for_longer_than_the_function_may_run(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let (mut away, mailer) = a_consumer_with_outages(&app, Line::Cut, Duration::from_secs(60)).await;
    away.limits = Limits { with_database: Duration::from_secs(2), ..Limits::default() };

    let started = Instant::now();
    assert!(!delivered(&away, &event).await);

    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(logged(&app).await, ("claimed".into(), 1, None));
    // Nothing says that the mail was sent, so it is sent again.
    app.clock.advance(60);
    assert!(delivered(&consumer(&app, mailer.clone()), &event).await);
    assert_eq!(mailer.sent().len(), 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_database_that_falls_silent_is_not_waited_for_longer_than_the_function_may_run(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let (db, switch) = a_database_behind_a_line(&app.db).await;
    db.warm_up().await;
    switch.send_replace(Line::Silent);
    let mailer = RecordingMailer::new();
    let limits = Limits { with_database: Duration::from_secs(1), ..Limits::default() };
    let silent = Notifications { db, limits, ..consumer(&app, mailer.clone()) };

    let started = Instant::now();
    assert!(!delivered(&silent, &event).await);

    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(mailer.sent(), []);
}
