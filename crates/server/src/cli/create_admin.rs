//! `wardkey create-admin`.

use wardkey_domain::directory::{AccountAddress, OdsCode, Role};
use wardkey_usecases::App;
use wardkey_usecases::directory::{NewAdministrator, create_admin};

use super::error::CliError;
use super::operator;

/// Makes an administrator and prints a one-time activation code.
///
/// With the code the administrator sets a password and enrols a second factor. A new account and, if it is named, a new
/// organisation are added; an account that exists keeps what it has and gains the role.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The e-mail address to sign in with.
    address: String,
    /// The ODS code of the organisation that the role is held for.
    #[arg(long, value_name = "ODS")]
    organisation: String,
    /// Adds the organisation under this name if nobody has imported it.
    #[arg(long, value_name = "NAME")]
    organisation_name: Option<String>,
    /// The role.
    #[arg(long, default_value = "tenant-administrator", value_parser = role)]
    role: Role,
    /// The name that pages show; without it, the part of the address before the @.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Makes the administrator.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let address = args.address.parse::<AccountAddress>();
    let address = address.map_err(|error| CliError::usage(format!("`{}`: {error}", args.address)))?;
    let ods_code = args.organisation.parse::<OdsCode>();
    let ods_code = ods_code.map_err(|error| CliError::usage(format!("`{}`: {error}", args.organisation)))?;
    let before_at = address.as_str().split('@').next().unwrap_or_default().to_owned();
    let new = NewAdministrator {
        display_name: args.name.unwrap_or(before_at),
        address,
        ods_code,
        organisation_name: args.organisation_name,
        role: args.role,
    };
    let made = create_admin(app, &operator::op(app), new).await?;
    println!("{} is {} now", made.account.address.as_str(), args.role.words());
    println!("activation code: {}", made.activation.expose());
    println!("It works once, at {}/signin/activate, and sets the password.", app.settings().issuer.as_str());
    Ok(())
}

/// A role by its word, with `-` or `_` between its parts.
fn role(text: &str) -> Result<Role, String> {
    text.replace('-', "_").parse().map_err(|_| {
        let known: Vec<String> = Role::ALL.iter().map(|role| role.as_str().replace('_', "-")).collect();
        format!("it must be one of {}", known.join(", "))
    })
}
