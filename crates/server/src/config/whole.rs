//! The whole configuration.

use std::path::{Path, PathBuf};

use wardkey_domain::access::{RangeRules, RestrictedRules};
use wardkey_domain::credential::ThrottleRules;
use wardkey_domain::directory::HelpContact;
use wardkey_domain::factor::temporary_access_pass::PassRules;
use wardkey_domain::factor::totp::TotpRules;
use wardkey_domain::factor::{CoreFactors, FactorKind};
use wardkey_domain::secret::Secret;
use wardkey_domain::session::SessionLimits;
use wardkey_domain::signin::SignInRules;
use wardkey_gateway::outbound::OutboundSettings;
use wardkey_usecases::access::AccessSettings;
use wardkey_usecases::application::{OidcSettings, PaceSettings};
use wardkey_usecases::audit::AuditSettings;
use wardkey_usecases::directory::ProvisioningSettings;
use wardkey_usecases::hashing::HashingSettings;
use wardkey_usecases::message::MessageSettings;
use wardkey_usecases::{CacheSettings, Issuer, Settings, VisitSettings};

use super::environment::{self, Environment};
use super::file::File;
use super::problem::ConfigError;
use super::reader::{Reader, SectionDoc};
use super::{
    access, api, audit, cache, care_identity, database, hashing, help, keys, listen, log, message, metrics,
    named_location, network, oidc, outbound, password, provisioning, push, server, session, signin, smartcard, stream,
    telephone, temporary_access_pass, throttle, totp, webauthn,
};

/// What is read when no file is named.
const DEFAULT_FILE: &str = "wardkey.toml";

/// Where a configuration comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file, or `wardkey.toml` here if there is one, overridden by the environment.
    Operator(Option<PathBuf>),
    /// The demonstration's own text. The environment does not count: it may be meant for a real server.
    Demo(String),
}

/// Everything that an operator may set.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address that people and applications know us by.
    pub issuer: Issuer,
    /// `[server]`.
    pub server: server::ServerSettings,
    /// `[listen]`.
    pub listen: listen::ListenSettings,
    /// `[database]`.
    pub database: database::DatabaseSettings,
    /// The lines of the master keys.
    pub master_keys: Secret<String>,
    /// `[log]`.
    pub log: log::LogSettings,
    /// `[metrics]`.
    pub metrics: metrics::MetricsSettings,
    /// `[help]`.
    pub help: HelpContact,
    /// `[password]`.
    pub password: password::PasswordSettings,
    /// `[hashing]`.
    pub hashing: HashingSettings,
    /// `[totp]`.
    pub totp: TotpRules,
    /// `[push]` and `[place]`.
    pub push: push::Push,
    /// `[named_location]`.
    pub location_ranges: RangeRules,
    /// `[temporary_access_pass]`.
    pub pass: PassRules,
    /// `[webauthn]`.
    pub webauthn: webauthn::WebAuthn,
    /// `[smartcard]`.
    pub smartcard: smartcard::Smartcard,
    /// `[care_identity]`.
    pub care_identity: care_identity::CareIdentity,
    /// `[telephone]`, `[sms]`, `[voice_call]`, `[restricted]`.
    pub telephone: telephone::Telephone,
    /// `[message]` and `[budget]`.
    pub message: MessageSettings,
    /// `[notify]`, `[smpp]`, `[sip]`, `[smtp]`, and their order.
    pub networks: network::Networks,
    /// `[throttle]`.
    pub throttle: ThrottleRules,
    /// `[session]`.
    pub session: SessionLimits,
    /// `[signin]`.
    pub signin: SignInRules,
    /// `[signin]`, too.
    pub visits: VisitSettings,
    /// `[access]`.
    pub access: AccessSettings,
    /// `[provisioning]`.
    pub provisioning: ProvisioningSettings,
    /// `[oidc]`.
    pub oidc: OidcSettings,
    /// `[api]`.
    pub api: PaceSettings,
    /// `[outbound]`.
    pub outbound: OutboundSettings,
    /// `[audit]`.
    pub audit: AuditSettings,
    /// `[stream_syslog]` and `[stream_http]`.
    pub streams: Vec<stream::StreamSettings>,
    /// `[cache]`.
    pub cache: CacheSettings,
}

impl Config {
    /// Reads the configuration of an operator; `file` is what the command line names.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::read(&Source::Operator(file.map(Path::to_owned)))
    }

    /// Reads a configuration from wherever it comes.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        match source {
            Source::Operator(file) => {
                let environment = environment::read();
                let file = open(file.as_deref(), &environment)?;
                Self::understand(Reader::new(file, environment))
            }
            Source::Demo(text) => Self::understand(Reader::new(File::parse("demo", text)?, Environment::new())),
        }
    }

    /// Every section and setting, for the reference.
    pub fn describe() -> Vec<SectionDoc> {
        let mut reader = Reader::new(File::default(), Environment::new());
        let _ = sections(&mut reader);
        reader.into_docs()
    }

    fn understand(mut reader: Reader) -> Result<Self, ConfigError> {
        let config = sections(&mut reader);
        reader.finish()?;
        config.ok_or_else(|| ConfigError::one("configuration", "a required setting is missing"))
    }

    /// The part that the use cases see.
    pub fn settings(&self, demo: bool) -> Settings {
        Settings {
            issuer: self.issuer.clone(),
            demo,
            help: self.help.clone(),
            hashing: self.hashing.clone(),
            password: self.password.rules.clone(),
            totp: self.totp.clone(),
            throttle: self.throttle.clone(),
            session: self.session,
            telephone: self.telephone.rules,
            max_telephones: self.telephone.max_per_account,
            restricted: self.restricted(),
            message: self.message.clone(),
            places: self.push.places.clone(),
            location_ranges: self.location_ranges.clone(),
            push_contact: self.push.contact.clone(),
            card_origin: self.smartcard.origin.clone(),
            signin: SignInRules {
                push: self.push.rules,
                sms: self.telephone.sms,
                voice_call: self.telephone.voice_call,
                pass: self.pass,
                webauthn: self.webauthn.rules.clone(),
                smartcard: self.smartcard.rules.clone(),
                core: CoreFactors::default()
                    .with(FactorKind::WebAuthn, self.webauthn.is_core)
                    .with(FactorKind::Smartcard, self.smartcard.is_core),
                ..self.signin.clone()
            },
            access: self.access,
            provisioning: self.provisioning,
            visits: self.visits,
            api: self.api,
            cache: self.cache.clone(),
            oidc: self.oidc,
            audit: self.audit.clone(),
        }
    }
}

impl Config {
    /// What is switched off for everybody: also security keys where browsers do not use them, as at an address in numbers.
    fn restricted(&self) -> RestrictedRules {
        let mut rules = self.telephone.restricted.clone();
        if !self.webauthn.is_usable {
            rules.off.push(FactorKind::WebAuthn);
        }
        rules
    }
}

/// Reads every section, in the order of the reference. Nothing if a required setting is missing, which the reader knows.
fn sections(reader: &mut Reader) -> Option<Config> {
    let server = server::read(reader);
    let listen = listen::read(reader);
    let database = database::read(reader);
    let keys = keys::read(reader);
    let log = log::read(reader);
    let metrics = metrics::read(reader);
    let help = help::read(reader);
    let password = password::read(reader);
    let hashing = hashing::read(reader);
    let totp = totp::read(reader);
    let push = push::read(reader);
    let location_ranges = named_location::read(reader, &server.trusted_proxies);
    let pass = temporary_access_pass::read(reader);
    let webauthn = webauthn::read(reader, server.issuer.as_ref());
    let smartcard = smartcard::read(reader, server.issuer.as_ref(), &listen);
    let care_identity = care_identity::read(reader, server.issuer.as_ref());
    let telephone = telephone::read(reader);
    let message = message::read(reader, telephone.ring_for);
    let networks = network::read(reader, server.issuer.as_ref().map(Issuer::host), telephone.ring_for);
    let throttle = throttle::read(reader);
    let session = session::read(reader);
    let signin::SignIn { rules: signin, visits } = signin::read(reader);
    let access = access::read(reader);
    let provisioning = provisioning::read(reader);
    let oidc = oidc::read(reader);
    let api = api::read(reader);
    let outbound = outbound::read(reader);
    let audit = audit::read(reader);
    let streams = stream::read(reader, server.issuer.as_ref().map(Issuer::host));
    let cache = cache::read(reader);
    Some(Config {
        issuer: server.issuer.clone()?,
        server,
        listen,
        database,
        master_keys: keys.master?,
        log,
        metrics,
        help,
        password,
        hashing,
        totp,
        push,
        location_ranges,
        pass,
        webauthn,
        smartcard,
        care_identity,
        telephone,
        message,
        networks,
        throttle,
        session,
        signin,
        visits,
        access,
        provisioning,
        oidc,
        api,
        outbound,
        audit,
        streams,
        cache,
    })
}

/// Reads the file that is meant: named on the command line, named in the environment, or the usual one.
fn open(named: Option<&Path>, environment: &Environment) -> Result<File, ConfigError> {
    let named = named.map(Path::to_owned).or_else(|| environment.get(environment::FILE).map(PathBuf::from));
    let path = match named {
        Some(path) => path,
        None if Path::new(DEFAULT_FILE).exists() => PathBuf::from(DEFAULT_FILE),
        None => return Ok(File::default()),
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| ConfigError::one(&name, error.to_string()))?;
    File::parse(&name, &text)
}
