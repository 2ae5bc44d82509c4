//! `wardkey application`: connect applications.

use std::path::PathBuf;

use wardkey_domain::application::{
    AccessTokens, Application, ApplicationStatus, ClientAuthentication, ClientId, ClientKeys, ClientSettings,
    GrantType, Introspection, Pkce, ProtocolKind, RedirectUri, Scopes, ServerUri, SigningAlgorithm, standard_scopes,
};
use wardkey_domain::directory::OdsCode;
use wardkey_domain::op::Op;
use wardkey_usecases::App;
use wardkey_usecases::application::{
    NewApplication, add_application, application_by_client_id, change_settings, list_applications, owner,
    rotate_secret, set_application_status,
};

use super::error::CliError;
use super::operator;

/// How many applications are read at once.
const PAGE: u32 = 200;

/// Connects applications.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Adds an application and prints its client identifier and, once, its secret.
    Add(Box<AddArgs>),
    /// Lists the applications.
    List,
    /// Prints an application's settings as JSON, fit for `change`.
    Show(Named),
    /// Replaces an application's settings by those of a JSON file.
    Change(ChangeArgs),
    /// Makes a new secret and prints it once; the old one stays good for a while.
    RotateSecret(Named),
    /// Closes an application: nobody signs in to it, and its tokens are good for nothing.
    Close(Named),
    /// Opens a closed application again.
    Open(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The application's client identifier.
    client_id: String,
}

#[derive(Debug, clap::Args)]
struct ChangeArgs {
    /// The application's client identifier.
    client_id: String,
    /// The file, in the form that `show` prints.
    settings: PathBuf,
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// The ODS code of the organisation that answers for the application.
    #[arg(long, value_name = "ODS")]
    organisation: OdsCode,
    /// The name that people see when they sign in to it.
    #[arg(long)]
    name: String,
    /// How the application names itself; made up if not given.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Where browsers may be sent with an answer, compared character by character. May be repeated.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<RedirectUriArg>,
    /// Where browsers may be sent after signing out. May be repeated.
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<RedirectUriArg>,
    /// How the application proves who it is: `client_secret_basic`, `client_secret_post`, `private_key_jwt`, or `none` for
    /// an application on people's own devices.
    #[arg(long, value_name = "METHOD", default_value = "client_secret_basic", value_parser = method)]
    authentication: ClientAuthentication,
    /// What it may do at the token endpoint: `authorization_code`, `refresh_token`, `client_credentials`, `device_code`. May
    /// be repeated. Without it: the first two if there is a redirect address, else the third.
    #[arg(long, value_name = "GRANT", value_parser = grant)]
    grant: Vec<GrantType>,
    /// The scopes that it may ask for, separated by spaces.
    #[arg(long, value_parser = scopes)]
    scope: Option<Scopes>,
    /// Lets an application with a secret do without PKCE.
    #[arg(long)]
    pkce_optional: bool,
    /// Takes pushed authorization requests only.
    #[arg(long)]
    require_pushed_requests: bool,
    /// How its ID tokens are signed: ES256, or RS256 for applications that know nothing else.
    #[arg(long, value_name = "ALGORITHM", default_value = "ES256", value_parser = algorithm)]
    signing: SigningAlgorithm,
    /// Issues signed access tokens (RFC 9068) for this resource server instead of references.
    #[arg(long, value_name = "AUDIENCE")]
    jwt_audience: Option<String>,
    /// Where it publishes its keys, for `private_key_jwt`.
    #[arg(long, value_name = "URI", value_parser = server_uri)]
    jwks_uri: Option<ServerUri>,
    /// Where to tell it that a session has ended.
    #[arg(long, value_name = "URI", value_parser = server_uri)]
    backchannel_logout_uri: Option<ServerUri>,
    /// Lets it look into the tokens of every application: for resource servers.
    #[arg(long)]
    introspect_all: bool,
}

/// An address with its scheme, host and path.
#[derive(Clone, Debug)]
struct RedirectUriArg(RedirectUri);

impl std::str::FromStr for RedirectUriArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        RedirectUri::parse(text).map(Self).map_err(|error| error.to_string())
    }
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let op = operator::op(app);
    match args.command {
        Command::Add(args) => add(*args, app, &op).await,
        Command::List => list(app, &op).await,
        Command::Show(Named { client_id }) => {
            let application = application_by_client_id(app, &op, &client_id).await?;
            let text = serde_json::to_string_pretty(&application.settings);
            println!("{}", text.map_err(|error| CliError::fault("write the settings", &error))?);
            Ok(())
        }
        Command::Change(ChangeArgs { client_id, settings }) => {
            let text = std::fs::read_to_string(settings)?;
            let written = serde_json::from_str(&text);
            let written = written.map_err(|error| CliError::usage(format!("the file is not JSON: {error}")))?;
            let settings = wardkey_protocols::registry::read_settings(ProtocolKind::Oidc, written)?;
            let application = change_settings(app, &op, &client_id, &settings).await?;
            println!("changed {}", application.client_id);
            Ok(())
        }
        Command::RotateSecret(Named { client_id }) => {
            let secret = rotate_secret(app, &op, &client_id).await?;
            println!("client secret: {}", secret.expose());
            let hours = app.settings().oidc.secret_overlap.as_secs() / 3600;
            println!("It is not shown again. The old one stays good for {hours} hours.");
            Ok(())
        }
        Command::Close(Named { client_id }) => status(app, &op, &client_id, ApplicationStatus::Closed).await,
        Command::Open(Named { client_id }) => status(app, &op, &client_id, ApplicationStatus::Open).await,
    }
}

async fn add(args: AddArgs, app: &App, op: &Op) -> Result<(), CliError> {
    let organisation = owner(app, op, &args.organisation).await?;
    let settings = settings(&args);
    let new = NewApplication { organisation, name: args.name, client_id: args.client_id, settings };
    let added = add_application(app, op, new).await?;
    println!("client id: {}", added.application.client_id);
    if let Some(secret) = &added.secret {
        println!("client secret: {}", secret.expose());
        println!("The secret is not shown again.");
    }
    println!("issuer: {}", app.settings().issuer.as_str());
    Ok(())
}

fn settings(args: &AddArgs) -> ClientSettings {
    let addresses = |list: &[RedirectUriArg]| list.iter().map(|uri| uri.0.clone()).collect::<Vec<_>>();
    let redirect_uris = addresses(&args.redirect_uri);
    let grants = match (args.grant.is_empty(), redirect_uris.is_empty()) {
        (false, _) => args.grant.clone(),
        (true, false) => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        (true, true) => vec![GrantType::ClientCredentials],
    };
    ClientSettings {
        authentication: args.authentication,
        post_logout_redirect_uris: addresses(&args.post_logout_redirect_uri),
        grants,
        scopes: args.scope.clone().unwrap_or_else(standard_scopes),
        pkce: if args.pkce_optional { Pkce::Optional } else { Pkce::Required },
        require_pushed_requests: args.require_pushed_requests,
        signing: args.signing,
        access_tokens: match &args.jwt_audience {
            Some(audience) => AccessTokens::Jwt { audience: audience.clone() },
            None => AccessTokens::Reference,
        },
        keys: args.jwks_uri.clone().map_or(ClientKeys::None, ClientKeys::Uri),
        backchannel_logout_uri: args.backchannel_logout_uri.clone(),
        introspection: if args.introspect_all { Introspection::All } else { Introspection::Own },
        ..ClientSettings::web(redirect_uris)
    }
}

async fn list(app: &App, op: &Op) -> Result<(), CliError> {
    let mut after: Option<ClientId> = None;
    loop {
        let page = list_applications(app, op, after.as_ref(), PAGE).await?;
        for Application { client_id, name, status, protocol, .. } in &page {
            println!("{client_id}\t{}\t{protocol}\t{name}", status.as_str());
        }
        match page.last() {
            Some(last) => after = Some(last.client_id.clone()),
            None => return Ok(()),
        }
    }
}

async fn status(app: &App, op: &Op, client_id: &str, status: ApplicationStatus) -> Result<(), CliError> {
    let application = set_application_status(app, op, client_id, status).await?;
    println!("{} is {}", application.client_id, application.status.as_str());
    Ok(())
}

fn method(text: &str) -> Result<ClientAuthentication, String> {
    one_of(text, ClientAuthentication::ALL, ClientAuthentication::as_str)
}

fn grant(text: &str) -> Result<GrantType, String> {
    one_of(text, GrantType::ALL, GrantType::word)
}

fn algorithm(text: &str) -> Result<SigningAlgorithm, String> {
    one_of(text, SigningAlgorithm::ALL, SigningAlgorithm::as_str)
}

fn one_of<T: Copy>(text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|one| name(*one) == text).ok_or_else(|| {
        let known: Vec<_> = all.iter().map(|one| name(*one)).collect();
        format!("it must be one of {}", known.join(", "))
    })
}

fn scopes(text: &str) -> Result<Scopes, String> {
    text.parse().map_err(|error: wardkey_domain::application::scope::BadScope| error.to_string())
}

fn server_uri(text: &str) -> Result<ServerUri, String> {
    ServerUri::parse(text).map_err(|error| error.to_string())
}
