//! The jobs of the product, and when each is done.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::runner::{Job, Jobs, Round};
use super::seal_audit::Sealer;
use super::stream_audit::Streamer;
use crate::{App, Error, access, application, audit, credential, directory, message, report, session};

/// Starts every job of the product.
pub fn start(app: &App) -> Jobs {
    let mut jobs = Jobs::new(app);
    let sealer = Arc::new(Mutex::new(Sealer::new(app)));
    let seal = Job { alone: true, finish: true, ..Job::every("seal_audit", app.settings().audit.seal_every) };
    jobs.start(seal, move |_, _| {
        let sealer = Arc::clone(&sealer);
        let runtime = Handle::current();
        async move {
            // A full block takes tens of milliseconds of reading and hashing: not in a thread that answers requests.
            let seal = move || runtime.block_on(async { sealer.lock().await.round().await });
            let sealed = spawn_blocking(seal).await.map_err(|error| Error::internal("seal events", error))?;
            Ok(if sealed?.more { Round::More } else { Round::Done })
        }
    });
    for stream in app.streams() {
        let streamer = Arc::new(Mutex::new(Streamer::new(app.clone(), stream.clone())));
        // A job for each, so that one that takes nothing holds no other up; one node does them all.
        let hand_over = Job { alone: true, ..Job::every("stream_audit", stream.pause) };
        jobs.start(hand_over, move |_, op| {
            let streamer = Arc::clone(&streamer);
            async move {
                match streamer.lock().await.round(&op).await {
                    // Another node goes on with the same stream, or the database is busy: what was not saved is handed over again.
                    Err(Error::Unavailable { .. }) => Ok(Round::Done),
                    outcome => outcome,
                }
            }
        });
    }
    jobs.start(Job::every("observe_streams", Duration::from_secs(5)), |app, _| async move {
        audit::observe_streams(&app).await?;
        Ok(Round::Done)
    });
    jobs.start(Job::every("deliver_logouts", Duration::from_secs(2)), |app, op| async move {
        Ok(if application::deliver_logouts(&app, &op).await? > 0 { Round::More } else { Round::Done })
    });
    jobs.start(Job::every("purge_applications", Duration::from_secs(60)), |app, op| async move {
        Ok(if application::purge_expired(&app, &op).await? { Round::More } else { Round::Done })
    });
    jobs.start(Job::every("sweep_messages", Duration::from_secs(5)), |app, op| async move {
        message::sweep(&app, &op).await?;
        app.gateways().record(app.now());
        Ok(Round::Done)
    });
    jobs.start(Job::every("sweep_visits", Duration::from_secs(60)), |app, _| async move {
        app.visits().sweep();
        app.pace().sweep();
        Ok(Round::Done)
    });
    jobs.start(Job::every("rotate_signing_keys", Duration::from_secs(60 * 60)), |app, op| async move {
        application::rotate_due_signing_keys(&app, &op).await?;
        Ok(Round::Done)
    });
    jobs.start(Job::every("roll_back_policies", Duration::from_secs(5)), |app, op| async move {
        access::roll_back_lapsed(&app, &op).await?;
        Ok(Round::Done)
    });
    jobs.start(Job::every("purge_decisions", Duration::from_secs(60)), |app, op| async move {
        Ok(if access::purge_decisions(&app, &op).await? { Round::More } else { Round::Done })
    });
    let replayer = Arc::new(Mutex::new(access::Replayer::default()));
    let replay = Job { alone: true, ..Job::every("replay_policies", Duration::from_secs(2)) };
    jobs.start(replay, move |app, op| {
        let replayer = Arc::clone(&replayer);
        async move { Ok(if replayer.lock().await.round(&app, &op).await? { Round::More } else { Round::Done }) }
    });
    let count = Job { alone: true, ..Job::every("count_changes", Duration::from_millis(500)) };
    jobs.start(count, |app, op| async move {
        match report::count_changes(&app, &op).await {
            Ok(true) => Ok(Round::More),
            // Somebody else counts the same: the next round sees what is left.
            Ok(false) | Err(Error::Unavailable { .. }) => Ok(Round::Done),
            Err(error) => Err(error),
        }
    });
    let bulk = Job { alone: true, ..Job::every("work_on_bulk_changes", Duration::from_millis(500)) };
    jobs.start(bulk, |app, op| async move {
        Ok(if directory::work_on_bulk_changes(&app, &op).await? { Round::More } else { Round::Done })
    });
    jobs.start(Job::every("forget_bulk_changes", Duration::from_secs(10 * 60)), |app, op| async move {
        Ok(if directory::forget_bulk_changes(&app, &op).await? { Round::More } else { Round::Done })
    });
    jobs.start(Job::every("sweep_sessions", Duration::from_secs(5 * 60)), |app, op| async move {
        session::sweep(&app, &op).await?;
        Ok(Round::Done)
    });
    jobs.start(Job::every("sweep_credentials", Duration::from_secs(15 * 60)), |app, op| async move {
        credential::sweep(&app, &op).await?;
        Ok(Round::Done)
    });
    jobs.start(Job::every("remind_location_owners", Duration::from_secs(15 * 60)), |app, op| async move {
        Ok(if access::remind_location_owners(&app, &op).await? { Round::More } else { Round::Done })
    });
    jobs.start(Job::every("end_exceptions", Duration::from_secs(10)), |app, op| async move {
        Ok(if access::end_exceptions(&app, &op).await? { Round::More } else { Round::Done })
    });
    jobs.start(Job::every("remind_of_exceptions", Duration::from_secs(60)), |app, op| async move {
        Ok(if access::remind_of_ends(&app, &op).await? { Round::More } else { Round::Done })
    });
    jobs
}
