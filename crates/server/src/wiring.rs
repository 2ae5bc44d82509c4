//! Puts the parts together: configuration in, application and routes out.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use wardkey_gateway::breached_password::BreachedPasswords;
use wardkey_gateway::care_identity::CareIdentity;
use wardkey_gateway::certificate_status::CertificateStatus;
use wardkey_gateway::outbound::{Outbound, OutboundSettings};
use wardkey_gateway::siem::{Collector, Receiver, Syslog};
use wardkey_store::{MasterKeys, Store, StoreSettings};
use wardkey_usecases::audit::Stream;
use wardkey_usecases::message::Gateways;
use wardkey_usecases::{App, Parts};
use wardkey_web::demo::Demo;
use wardkey_web::{AddressReader, TokenReader, WebSettings};

use crate::cli::CliError;
use crate::config::{Config, ReceiverSettings, StreamSettings};
use crate::health::{self, Health};
use crate::telemetry::{Figures, RequestTelemetry, observe};
use crate::{clock, random};

/// What the demonstration adds; nothing anywhere else.
pub type DemoPeople = Option<Arc<Demo>>;

/// Opens the database that `config` names, whatever state it is in.
///
/// # Errors
/// When it cannot be reached.
pub async fn open_store(config: &Config) -> Result<Store, CliError> {
    let settings =
        StoreSettings { url: config.database.url.expose().clone(), max_connections: config.database.connections };
    Ok(Store::open(&settings, master_keys(config)?, clock::system()()).await?)
}

/// The master keys that `config` holds.
///
/// # Errors
/// When they are none, which the configuration has checked before.
pub fn master_keys(config: &Config) -> Result<MasterKeys, CliError> {
    MasterKeys::parse(&config.master_keys).map_err(|error| CliError::usage(error.to_string()))
}

/// Builds the application for a verb of the command line: it sends nothing itself, a server that runs does.
///
/// # Errors
/// When the database cannot be reached or needs `wardkey migrate` first.
pub async fn open(config: &Config) -> Result<App, CliError> {
    let store = open_store(config).await?;
    let pending = store.pending_migrations().await?;
    if !pending.is_empty() {
        return Err(CliError::refused("the database is not up to date; run `wardkey migrate` first"));
    }
    build(config, store, DemoMode::Off, Gateways::default())
}

/// Builds the application on a database that was not migrated yet, for `wardkey restore`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open_empty(config: &Config) -> Result<App, CliError> {
    build(config, open_store(config).await?, DemoMode::Off, Gateways::default())
}

/// Whether the application is the demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoMode {
    /// It is real.
    Off,
    /// It is the demonstration.
    On,
}

/// Builds the application on an open database.
///
/// # Errors
/// When a file that the configuration names cannot be used.
pub fn build(config: &Config, store: Store, demo: DemoMode, gateways: Gateways) -> Result<App, CliError> {
    let breached = match &config.password.breached {
        Some(path) => {
            BreachedPasswords::open(path).map_err(|error| CliError::fault("use the breached passwords", &error))?
        }
        None => BreachedPasswords::none(),
    };
    let outbound =
        Outbound::new(&config.outbound).map_err(|error| CliError::fault("set up outgoing requests", &error))?;
    let for_push = OutboundSettings { allow: config.push.allow.clone(), ..config.outbound.clone() };
    let push_outbound = Outbound::new(&for_push).map_err(|error| CliError::fault("set up push services", &error))?;
    let for_cards = OutboundSettings { allow: config.smartcard.allow.clone(), ..config.outbound.clone() };
    let card_outbound =
        Outbound::new(&for_cards).map_err(|error| CliError::fault("set up smartcard authorities", &error))?;
    let care_identity = care_identity(config)?;
    Ok(App::new(Parts {
        store,
        clock: clock::system(),
        random: random::system(),
        outbound,
        push_outbound,
        certificate_status: CertificateStatus::new(card_outbound),
        care_identity,
        breached,
        gateways,
        streams: streams(config)?,
        settings: config.settings(demo == DemoMode::On),
    }))
}

/// The client of the provider that has card sign-ins, if one is configured.
///
/// # Errors
/// When its settings would never lead to a sign-in.
pub fn care_identity(config: &Config) -> Result<Option<CareIdentity>, CliError> {
    let Some(settings) = config.care_identity.settings.clone() else { return Ok(None) };
    let outbound = OutboundSettings { allow: config.care_identity.allow.clone(), ..config.outbound.clone() };
    let outbound = Outbound::new(&outbound).map_err(|error| CliError::fault("set up NHS Care Identity", &error))?;
    let client = CareIdentity::new(settings, outbound);
    client.map(Some).map_err(|error| CliError::fault("set up NHS Care Identity", &error))
}

/// Whoever watches the audit elsewhere. Nothing is connected: a server that runs hands events over, a verb does not.
///
/// # Errors
/// When a receiver cannot be set up as it is configured.
pub fn streams(config: &Config) -> Result<Vec<Stream>, CliError> {
    config.streams.iter().map(stream).collect()
}

fn stream(settings: &StreamSettings) -> Result<Stream, CliError> {
    let StreamSettings { name, begin, batch, pause, receiver } = settings.clone();
    let what = format!("set up `[{name}]`");
    let receiver = match receiver {
        ReceiverSettings::Syslog(settings) => {
            Receiver::Syslog(Syslog::new(settings).map_err(|error| CliError::fault(&what, &error))?)
        }
        ReceiverSettings::Collector(settings) => {
            Receiver::Collector(Collector::new(settings).map_err(|error| CliError::fault(&what, &error))?)
        }
    };
    Ok(Stream { begin, batch, pause, ..Stream::new(name, receiver) })
}

/// Every route of the product, in all its layers.
pub fn routes(app: &App, config: &Config, demo: DemoPeople, figures: Option<&Figures>, health: &Health) -> Router {
    let web = WebSettings { demo, ..web_settings(config) };
    let pages = wardkey_web::router(app.clone(), web.clone()).merge(wardkey_protocols::router(app.clone()));
    let token = config.metrics.token.clone();
    wardkey_web::wrap(pages, app.clone(), web)
        .merge(health::routes(health.clone()))
        .merge(health::figures(figures.cloned().zip(token)))
        .layer(from_fn_with_state(RequestTelemetry::new(config.listen.request_time_out), observe))
}

/// The pages of the address where smartcards are shown, in their layers.
pub fn card_routes(app: &App, config: &Config) -> Router {
    wardkey_web::card_router(app.clone(), web_settings(config))
        .layer(from_fn_with_state(RequestTelemetry::new(config.listen.request_time_out), observe))
}

fn web_settings(config: &Config) -> WebSettings {
    WebSettings {
        token_reader: TokenReader(wardkey_protocols::file::tokens_in),
        address_reader: AddressReader(wardkey_protocols::file::addresses_in),
        trusted_proxies: config.server.trusted_proxies.clone(),
        forwarding_header: config.server.forwarding_header,
        card_proxies: config.smartcard.proxies.clone(),
        demo: None,
    }
}
