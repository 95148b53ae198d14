//! Subsegments of X-Ray: how long the calls of one invocation to the database and to AWS took.
//!
//! Each is one datagram to the daemon that Lambda runs next to the function, in the format of
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>. Nothing is built or sent while X-Ray does not sample the
//! trace. Services and operations are constants, so no subsegment contains data of people.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Trace;
use crate::app::{Clock, Environment, Rng, SystemClock, SystemRng};
use crate::time::Timestamp;

/// First line of each datagram (<https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html>).
const HEADER: &str = r#"{"format":"json","version":1}"#;

tokio::task_local! {
    /// The invocation that this task works for; `None` if it is not sampled.
    static INVOCATION: Option<Arc<Segment>>;
}

/// Sends the subsegments of a function.
#[derive(Clone)]
pub struct Recorder {
    /// The daemon; `None` outside of Lambda.
    daemon: Option<Arc<UdpSocket>>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

/// The segment that Lambda writes for an invocation.
struct Segment {
    daemon: Arc<UdpSocket>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    trace_id: String,
    id: String,
}

/// An invocation whose calls are recorded if X-Ray samples it.
pub struct Invocation(Option<Arc<Segment>>);

/// A service that functions call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downstream {
    /// The database. An operation is the name of an SQL function or a step of a transaction.
    Database,
    /// The storage of files, S3.
    S3,
    /// The sender of mails, SES.
    Ses,
    /// The queues of SQS.
    Sqs,
}

/// The end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The call succeeded.
    Done,
    /// The service refused it.
    Refused,
    /// The service failed or did not answer in time.
    Failed,
}

/// A call that is running. It is sent when it is dropped; a call that was cut off has failed.
pub struct Subsegment {
    segment: Arc<Segment>,
    downstream: Downstream,
    operation: &'static str,
    started_at: Timestamp,
    outcome: Outcome,
}

impl Recorder {
    /// Reads `AWS_XRAY_DAEMON_ADDRESS`, which Lambda sets.
    pub fn from_environment(environment: &Environment) -> Self {
        let daemon = environment.get("AWS_XRAY_DAEMON_ADDRESS").and_then(|address| address.parse().ok());
        Self::new(daemon, Arc::new(SystemClock), Arc::new(SystemRng))
    }

    /// Creates a recorder for the daemon at this address. Without a daemon, or if the socket cannot be opened, nothing is recorded.
    pub fn new(daemon: Option<SocketAddr>, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        let daemon = daemon.and_then(|address| connect(address).ok()).map(Arc::new);
        Self { daemon, clock, rng }
    }

    /// Returns the invocation with this trace.
    pub fn invocation(&self, trace: Option<Trace<'_>>) -> Invocation {
        let segment = || {
            let (trace, daemon) = (trace?, self.daemon.clone()?);
            let id = trace.sampled_segment()?.to_owned();
            let (clock, rng) = (self.clock.clone(), self.rng.clone());
            Some(Arc::new(Segment { daemon, clock, rng, trace_id: trace.id().to_owned(), id }))
        };
        Invocation(segment())
    }
}

/// Opens a socket that never blocks: when its buffer is full, the subsegment is lost and the request goes on.
fn connect(daemon: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(daemon)?;
    Ok(socket)
}

impl Invocation {
    /// Does the work of the invocation. Tasks that it spawns are not recorded, because they may outlive it.
    pub async fn record<T>(self, work: impl Future<Output = T>) -> T {
        INVOCATION.scope(self.0, work).await
    }
}

/// Records a call of the current invocation.
pub async fn recorded<T, E>(
    downstream: Downstream,
    operation: &'static str,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let subsegment = Subsegment::begin(downstream, operation);
    let done = call.await;
    if let Some(mut subsegment) = subsegment {
        subsegment.set_outcome(if done.is_ok() { Outcome::Done } else { Outcome::Failed });
    }
    done
}

impl Subsegment {
    /// Begins the record of a call; `None` if the current invocation is not sampled.
    pub fn begin(downstream: Downstream, operation: &'static str) -> Option<Self> {
        let segment = INVOCATION.try_with(Option::clone).ok().flatten()?;
        let started_at = segment.clock.now();
        Some(Self { segment, downstream, operation, started_at, outcome: Outcome::Failed })
    }

    /// Sets how the call ended.
    pub fn set_outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    fn document(&self) -> Value {
        let mut id = [0; 8];
        self.segment.rng.fill_random(&mut id);
        let mut document = json!({
            "type": "subsegment",
            "trace_id": self.segment.trace_id,
            "parent_id": self.segment.id,
            "id": format!("{:016x}", u64::from_be_bytes(id)),
            "start_time": seconds(self.started_at),
            "end_time": seconds(self.segment.clock.now()),
            // 4xx and 5xx, as X-Ray counts them.
            "error": self.outcome == Outcome::Refused,
            "fault": self.outcome == Outcome::Failed,
        });
        let service = match self.downstream {
            Downstream::Database => {
                // `sql` has no field for a name, and an annotation can be searched for.
                document["sql"] = json!({"database_type": "PostgreSQL"});
                document["annotations"] = json!({"operation": self.operation});
                document["namespace"] = "remote".into();
                document["name"] = "database".into();
                return document;
            }
            Downstream::S3 => "S3",
            Downstream::Ses => "SES",
            Downstream::Sqs => "SQS",
        };
        document["aws"] = json!({"operation": self.operation});
        document["namespace"] = "aws".into();
        document["name"] = service.into();
        document
    }
}

impl Drop for Subsegment {
    fn drop(&mut self) {
        // Traces are samples: one that is lost is no reason for a log line.
        let _ = self.segment.daemon.send(format!("{HEADER}\n{}", self.document()).as_bytes());
    }
}

/// Returns the time in seconds since 1970, with a fraction.
fn seconds(time: Timestamp) -> f64 {
    time.micros() as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::testing::XRayDaemon;

    /// A clock on which a second and a quarter pass between two looks.
    #[derive(Default)]
    struct Steps(AtomicI64);

    impl Clock for Steps {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_795_329_531_500_000 + self.0.fetch_add(1_250_000, Ordering::SeqCst))
        }
    }

    async fn sends(result: Result<(), &'static str>) -> Result<(), &'static str> {
        recorded(Downstream::Sqs, "SendMessage", async { result }).await
    }

    #[tokio::test]
    async fn a_call_is_one_document_in_the_format_of_x_ray() {
        let daemon = XRayDaemon::start();
        let recorder = Recorder::new(Some(daemon.address()), Arc::new(Steps::default()), Arc::new(SystemRng));
        let trace = Trace::read(XRayDaemon::SAMPLED);

        recorder.invocation(trace).record(sends(Ok(()))).await.unwrap();

        let mut document = daemon.receive();
        let id = document.as_object_mut().unwrap().remove("id").unwrap();
        assert!(id.as_str().is_some_and(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
        let expected = json!({
            "type": "subsegment",
            "name": "SQS",
            "namespace": "aws",
            "aws": {"operation": "SendMessage"},
            "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
            "parent_id": "53995c3f42cd8ad8",
            "start_time": 1_795_329_531.5,
            "end_time": 1_795_329_532.75,
            "error": false,
            "fault": false,
        });
        assert_eq!(document, expected);
    }

    #[tokio::test]
    async fn a_call_that_fails_or_is_cut_off_is_a_fault() {
        let daemon = XRayDaemon::start();
        assert_eq!(daemon.invocation().record(sends(Err("no"))).await, Err("no"));
        assert_eq!(daemon.receive()["fault"], true);

        let never = recorded(Downstream::Ses, "SendEmail", std::future::pending::<Result<(), ()>>());
        let cut_off = async {
            tokio::select! { biased; _ = never => {}, () = std::future::ready(()) => {} }
        };
        daemon.invocation().record(cut_off).await;
        let document = daemon.receive();
        assert_eq!((&document["name"], &document["fault"]), (&json!("SES"), &json!(true)));
    }

    #[tokio::test]
    async fn nothing_is_sent_for_a_trace_that_is_not_sampled() {
        let daemon = XRayDaemon::start();
        let unsampled = XRayDaemon::SAMPLED.replace("Sampled=1", "Sampled=0");
        let recorder = daemon.recorder();
        for trace in [Trace::read(&unsampled), None] {
            recorder.invocation(trace).record(sends(Ok(()))).await.unwrap();
        }
        sends(Ok(())).await.unwrap(); // outside of an invocation

        // Datagrams on one machine arrive in order.
        daemon.invocation().record(recorded(Downstream::S3, "GetObject", async { Ok::<_, ()>(()) })).await.unwrap();
        assert_eq!(daemon.receive()["aws"]["operation"], "GetObject");
    }

    #[tokio::test]
    async fn a_daemon_that_is_not_there_disturbs_nobody() {
        let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        for address in [closed.as_str(), "", "localhost", "tcp:127.0.0.1:2000 udp:127.0.0.1:2000"] {
            let recorder = Recorder::from_environment(&Environment::from_iter([("AWS_XRAY_DAEMON_ADDRESS", address)]));
            for _ in 0..3 {
                recorder.invocation(Trace::read(XRayDaemon::SAMPLED)).record(sends(Ok(()))).await.unwrap();
            }
        }
    }
}
