//! Serving from the first byte to a stop that loses nothing.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use rustls::DistinguishedName;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wardkey_usecases::message::Courier;
use wardkey_usecases::{App, job};

use crate::cli::CliError;
use crate::config::Config;
use crate::health::{self, Health};
use crate::listen::{Clients, Limits, Listener};
use crate::telemetry::Figures;
use crate::wiring::{self, DemoPeople};

/// How often recorded figures are folded together.
const TIDY_FIGURES_EVERY: Duration = Duration::from_secs(5);

/// Serves until the process is told to stop. `ready` hears where, once every listener is open.
///
/// # Errors
/// When an address or a certificate cannot be used.
pub async fn serve(
    app: App,
    config: &Config,
    demo: DemoPeople,
    ready: impl FnOnce(&[SocketAddr]),
) -> Result<(), CliError> {
    // Before anybody can know that the process runs: from here on no signal cuts a request off.
    let mut signals = StopSignals::listen()?;
    let figures = config.metrics.is_on().then(Figures::start).flatten();
    let health = Health::new(app.store().clone());
    let stop = CancellationToken::new();
    let listeners = open(config, &stop).await?;
    let card_listeners = open_cards(config, &stop).await?;
    let routes = wiring::routes(&app, config, demo, figures.as_ref(), &health);
    let card_routes = wiring::card_routes(&app, config);
    let all = listeners.iter().chain(&card_listeners);
    let addresses: Vec<SocketAddr> = all.map(Listener::address).collect::<Result<_, _>>()?;
    let limits = Limits {
        connections: config.listen.connections,
        header_time_out: config.listen.header_time_out,
        stop_time_out: config.server.stop_time_out,
    };
    let mut serving: JoinSet<()> = JoinSet::new();
    for listener in listeners {
        serving.spawn(listener.serve(routes.clone(), limits, stop.clone()));
    }
    for listener in card_listeners {
        serving.spawn(listener.serve(card_routes.clone(), limits, stop.clone()));
    }
    if let Some(figures) = figures {
        open_figures(config, &figures, &mut serving, limits, &stop).await?;
    }
    if config.webauthn.takes_no_new_keys() {
        tracing::warn!("the file of the FIDO Metadata Service is out of date: no new security key is taken");
    }
    let jobs = job::start(&app);
    let courier = Courier::start(&app);
    ready(&addresses);
    signals.received().await;

    tracing::info!("stopping");
    health.stop();
    tokio::time::sleep(config.server.stop_delay).await;
    app.waiting().close();
    stop.cancel();
    // Requests first: one of them may still start work that the jobs have to finish.
    let drained = async {
        while serving.join_next().await.is_some() {}
        courier.stop().await;
        jobs.stop().await;
        app.tasks().close();
        app.tasks().wait().await;
    };
    tokio::select! {
        drained = tokio::time::timeout(config.server.stop_time_out * 2, drained) => match drained {
            Ok(()) => tracing::info!("stopped"),
            Err(_) => tracing::warn!("stopped before all work was finished"),
        },
        () = signals.received() => tracing::warn!("stopped at once, as told twice"),
    }
    Ok(())
}

async fn open(config: &Config, stop: &CancellationToken) -> Result<Vec<Listener>, CliError> {
    let mut listeners = Vec::new();
    for address in &config.listen.http {
        listeners.push(Listener::http(*address).await.map_err(|error| cannot_listen(*address, &error))?);
    }
    if let Some((address, files)) = &config.listen.https {
        let certificate = files
            .clone()
            .watch(Clients::Nobody, stop.clone())
            .map_err(|error| CliError::fault("use the certificate", &error))?;
        listeners.push(Listener::https(*address, certificate).await.map_err(|error| cannot_listen(*address, &error))?);
    }
    Ok(listeners)
}

async fn open_cards(config: &Config, stop: &CancellationToken) -> Result<Vec<Listener>, CliError> {
    let mut listeners = Vec::new();
    if config.smartcard.origin.is_none() {
        return Ok(listeners);
    }
    if let Some((address, files)) = &config.smartcard.tls {
        let authorities = config.smartcard.rules.authorities.subjects();
        let authorities = authorities.map(|name| DistinguishedName::from(name.to_vec())).collect();
        let certificate = files
            .clone()
            .watch(Clients::Cards(authorities), stop.clone())
            .map_err(|error| CliError::fault("use the certificate for smartcards", &error))?;
        listeners.push(Listener::cards(*address, certificate).await.map_err(|error| cannot_listen(*address, &error))?);
    }
    if let Some(address) = config.smartcard.http {
        listeners.push(Listener::http(address).await.map_err(|error| cannot_listen(address, &error))?);
    }
    Ok(listeners)
}

async fn open_figures(
    config: &Config,
    figures: &Figures,
    serving: &mut JoinSet<()>,
    limits: Limits,
    stop: &CancellationToken,
) -> Result<(), CliError> {
    if let Some(address) = config.metrics.address {
        let listener = Listener::http(address).await.map_err(|error| cannot_listen(address, &error))?;
        let routes: Router = health::figures_alone(figures.clone());
        serving.spawn(listener.serve(routes, limits, stop.clone()));
    }
    let (figures, stop) = (figures.clone(), stop.clone());
    tokio::spawn(async move {
        while tokio::time::timeout(TIDY_FIGURES_EVERY, stop.cancelled()).await.is_err() {
            figures.tidy_up();
        }
    });
    Ok(())
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> CliError {
    CliError::fault(&format!("listen at `{address}`"), error)
}

/// SIGTERM and SIGINT.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> Result<Self, CliError> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next of them.
    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
