//! The machine's own limits.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The parameters that the server uses by default.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Argon2id hashes a second on all cores, memory reused.
pub fn argon2(measured: Duration) -> io::Result<f64> {
    let cores = std::thread::available_parallelism()?.get();
    let done = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let until = started + measured;
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            let done = Arc::clone(&done);
            std::thread::spawn(move || hash_until(until, &done))
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| io::Error::other("a hashing thread failed"))??;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of a few seconds")]
    let hashes = done.load(Ordering::Relaxed) as f64;
    Ok(hashes / started.elapsed().as_secs_f64())
}

fn hash_until(until: Instant, done: &AtomicU64) -> io::Result<()> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(io::Error::other)?;
    let blocks = usize::try_from(MEMORY_KIB).map_err(io::Error::other)?;
    let mut memory = vec![Block::default(); blocks];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut output = [0; 32];
    while Instant::now() < until {
        argon2
            .hash_password_into_with_memory(b"kettles hum at dawn 41", b"a salt of bytes!", &mut output, &mut memory)
            .map_err(io::Error::other)?;
        done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// A bare hello-world, to be run as a process of its own.
pub async fn hello(port: u16) -> io::Result<()> {
    let app = axum::Router::new().route("/", axum::routing::get(|| async { "hello" }));
    axum::serve(tokio::net::TcpListener::bind(("127.0.0.1", port)).await?, app).await
}
