//! Session checks while a flood of passwords fills the hashing queue.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::browser::{Browser, Landed};
use super::connection::{Connection, request};
use super::html;
use super::world::World;

const CHECKS_PER_SECOND: u64 = 500;
const SECONDS: u64 = 8;
/// Connections that the open loop spreads its requests over.
const LANES: usize = 64;

/// The 99th percentile of a session check in milliseconds, calm and under a flood of ten times the hash capacity.
pub async fn session_check(server: &super::world::Server, cookie: &str, hashes: f64) -> io::Result<(f64, f64)> {
    let check = Arc::new(request("GET", "/session/check", server.port, &[("cookie", cookie)], ""));
    let calm = open_loop(server.port, Arc::clone(&check)).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let flood = tokio::spawn(flood(server.port, hashes * 10.0, Arc::clone(&stop)));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let flooded = open_loop(server.port, check).await;
    stop.store(true, Ordering::Relaxed);
    flood.await.map_err(io::Error::other)??;
    Ok((calm, flooded?))
}

/// An open loop: a request is due at its moment whether the ones before are answered or not, and its time counts from then.
async fn open_loop(port: u16, check: Arc<Vec<u8>>) -> io::Result<f64> {
    let (due, queue) = mpsc::unbounded_channel::<Instant>();
    let queue = Arc::new(tokio::sync::Mutex::new(queue));
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let (queue, check) = (Arc::clone(&queue), Arc::clone(&check));
        lanes.spawn(async move {
            let (mut connection, mut took) = (Connection::new(port), Vec::new());
            loop {
                let Some(due) = queue.lock().await.recv().await else {
                    return Ok::<_, io::Error>(took);
                };
                let answer = connection.send(&check).await?;
                if answer.status != 204 {
                    return Err(io::Error::other(format!("a session check answered {}", answer.status)));
                }
                took.push(due.elapsed());
            }
        });
    }
    let mut ticks = interval(Duration::from_micros(1_000_000 / CHECKS_PER_SECOND));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for _ in 0..CHECKS_PER_SECOND * SECONDS {
        let tick = ticks.tick().await;
        due.send(tick).map_err(io::Error::other)?;
    }
    drop(due);
    let mut took = Vec::new();
    while let Some(lane) = lanes.join_next().await {
        took.extend(lane.map_err(io::Error::other)??);
    }
    took.sort_unstable();
    let at = took.len() * 99 / 100;
    took.get(at).map(|took| took.as_secs_f64() * 1_000.0).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Sends `rate` passwords a second; the server may refuse as many as it likes, but honestly.
async fn flood(port: u16, rate: f64, stop: Arc<AtomicBool>) -> io::Result<()> {
    let mut browser = Browser::new(port);
    let Landed::Page(page) = browser.open("/signin").await? else {
        return Err(io::Error::other("no sign-in page"));
    };
    let form = html::form_with(&page.text(), "password").ok_or(io::ErrorKind::InvalidData)?;
    let cookies: Vec<_> = ["flow", "csrf"]
        .iter()
        .filter_map(|end| browser.cookie(end))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let (cookies, form) = (Arc::new(cookies.join("; ")), Arc::new(form));
    let (due, queue) = mpsc::unbounded_channel::<usize>();
    let queue = Arc::new(tokio::sync::Mutex::new(queue));
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let (queue, cookies, form) = (Arc::clone(&queue), Arc::clone(&cookies), Arc::clone(&form));
        lanes.spawn(async move {
            let mut connection = Connection::new(port);
            let origin = format!("http://localhost:{port}");
            loop {
                let Some(number) = queue.lock().await.recv().await else {
                    return Ok::<(), io::Error>(());
                };
                // A new address each time, or the throttle would answer instead of the queue.
                let address = World::address(1_000_000_000 + number);
                let body = html::encode(form.fields.iter().map(|(name, value)| match name.as_str() {
                    "address" => ("address", address.as_str()),
                    "password" => ("password", "a guess of the flood"),
                    name => (name, value.as_str()),
                }));
                let headers = [
                    ("cookie", cookies.as_str()),
                    ("content-type", "application/x-www-form-urlencoded"),
                    ("origin", &origin),
                ];
                connection.send(&request("POST", &form.action, port, &headers, &body)).await?;
            }
        });
    }
    let mut ticks = interval(Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        ticks.tick().await;
        due.send(number).map_err(io::Error::other)?;
        number += 1;
    }
    drop(due);
    lanes.abort_all();
    Ok(())
}
