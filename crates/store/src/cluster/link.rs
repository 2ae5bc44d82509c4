//! The link that carries events between nodes.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::event::{CHANNEL, ClusterEvent, Message, Said};
use super::node::Cluster;
use crate::db::{Engine, Sqlite};

/// How often a node sends its heartbeat.
const BEAT: Duration = Duration::from_millis(500);
/// A link on which not even the own heartbeat is heard for this long is made anew.
const SILENCE: Duration = Duration::from_secs(3);
/// How often the embedded engine looks whether another process has written.
const GLANCE: Duration = Duration::from_millis(250);

/// The tasks that keep the link; they end when this is dropped.
pub(crate) struct Links(Vec<JoinHandle<()>>);

impl Links {
    /// Ends the tasks.
    pub(crate) fn stop(&self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts listening to other nodes.
pub(crate) fn start(engine: &Engine, cluster: &Cluster) -> Links {
    Links(match engine {
        Engine::Sqlite(sqlite) => vec![tokio::spawn(watch(sqlite.clone(), cluster.clone()))],
        Engine::Postgres(postgres) => {
            let pool = postgres.link_pool();
            vec![tokio::spawn(listen(pool.clone(), cluster.clone())), tokio::spawn(beat(pool, cluster.clone()))]
        }
    })
}

/// Notices on the embedded engine that another process (the command line) has changed something: it cannot say what.
async fn watch(sqlite: Sqlite, cluster: Cluster) {
    loop {
        sleep(GLANCE).await;
        match sqlite.has_changed_elsewhere().await {
            Ok(false) => {}
            Ok(true) => cluster.tell(&[ClusterEvent::Resynchronise]),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "failed to look for changes by others");
                cluster.tell(&[ClusterEvent::Resynchronise]);
            }
        }
    }
}

/// Hears other nodes, for ever.
async fn listen(pool: PgPool, cluster: Cluster) {
    loop {
        if let Err(error) = hear(&pool, &cluster).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "link to other nodes is down");
        }
        cluster.lose();
        sleep(BEAT).await;
    }
}

/// Hears other nodes until the link breaks.
async fn hear(pool: &PgPool, cluster: &Cluster) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.ignore_pool_close_event(false);
    listener.listen(CHANNEL).await?;
    // Whatever was said before this moment was missed.
    cluster.tell(&[ClusterEvent::Resynchronise]);
    // `None` says that the link was lost and would be made anew: that is done above, after forgetting.
    while let Ok(Some(notification)) = timeout(SILENCE, listener.try_recv()).await.unwrap_or(Ok(None)) {
        match serde_json::from_str::<Message>(notification.payload()) {
            Ok(Message { node, said: Said::Beat(sent) }) if node == cluster.node() => cluster.hear(sent),
            Ok(Message { said: Said::Beat(_), .. }) => {}
            Ok(Message { said: Said::Events(events), .. }) => cluster.tell(&events),
            // A newer version of the product may say things that this one does not know.
            Err(_) => cluster.tell(&[ClusterEvent::Resynchronise]),
        }
    }
    Ok(())
}

/// Sends heartbeats, for ever.
async fn beat(pool: PgPool, cluster: Cluster) {
    let mut ticks = interval(BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let beat = Message { node: cluster.node(), said: Said::Beat(cluster.clock()) };
        let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(beat.text()).execute(&pool).await;
        if let Err(error) = sent {
            tracing::warn!(error = &error as &dyn std::error::Error, "failed to send a heartbeat");
        }
    }
}
