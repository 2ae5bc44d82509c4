//! The account as the engine sees it.

use wardkey_domain::access::{Bars, Unusable, barred};
use wardkey_domain::credential::{Credential, Label, PasswordStanding};
use wardkey_domain::directory::{Account, AccountAddress, OrganisationStatus, Role};
use wardkey_domain::factor::{FactorKind, definition, second_factors};
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::signin::{EnrolledFactor, PassUse, Person};
use wardkey_store::{self as store, Tx};

use crate::{App, Result, access};

/// The account with this identifier, with everything that the engine asks about; `None` if it is gone.
pub(crate) async fn person(app: &App, tx: &mut Tx, op: &Op, id: AccountId) -> Result<Option<Person>> {
    match store::directory::find_account(tx, id).await? {
        Some(account) => Ok(Some(facts(app, tx, op, &account).await?)),
        None => Ok(None),
    }
}

/// The account that an address as typed belongs to.
pub(super) async fn account_at(tx: &mut Tx, address: &str) -> Result<Option<Account>> {
    let Ok(address) = AccountAddress::parse(address) else {
        return Ok(None);
    };
    Ok(store::directory::find_account_by_address(tx, &address).await?)
}

/// The facts of an account.
pub(super) async fn facts(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<Person> {
    let organisation = store::directory::find_organisation(tx, account.organisation).await?;
    let roles = roles_of(tx, op, account.id).await?;
    let password = store::credential::password(tx, account.id).await?;
    let mut factors = factors(app, tx, op, account.id).await?;
    let barred = barred_factors(app, tx, account.organisation, &roles).await?;
    let pass = store::credential::find_open_pass(tx, account.id, op.now).await?;
    // One that may not be used is none: it must not stand before an activation code.
    let pass = pass.filter(|_| barred.iter().all(|(kind, _)| *kind != FactorKind::TemporaryAccessPass));
    // First: whoever was given one has nothing else at hand [MET-11].
    factors.splice(0..0, pass.as_ref().map(|pass| stand_in(pass.id, FactorKind::TemporaryAccessPass)));
    let token = store::credential::find_token_to_activate(tx, account.id).await?;
    // Last, and beside something else only: then they stand in for what was lost.
    if factors.iter().any(|own| !definition(own.kind).is_bootstrap)
        && barred.iter().all(|(kind, _)| *kind != FactorKind::RecoveryCode)
    {
        let codes = store::credential::find_recovery_set(tx, account.id).await?;
        factors.extend(codes.map(|codes| stand_in(codes, FactorKind::RecoveryCode)));
    }
    let standing = access::standing(tx, op.now, account, organisation.as_ref()).await?;
    Ok(Person {
        id: account.id,
        organisation: account.organisation,
        kind: account.kind,
        status: account.status,
        organisation_open: organisation
            .as_ref()
            .is_some_and(|organisation| organisation.status == OrganisationStatus::Open),
        organisations: standing.organisations,
        created_at: account.created_at,
        groups: standing.groups,
        hold: standing.hold,
        excepted_until: standing.excepted_until,
        postponed_until: standing.postponed_until,
        grace: standing.grace,
        connection: access::connection(app, tx, op, account.id).await?,
        password: password.map(|password| {
            PasswordStanding::of(&app.settings().password, password.set_at, password.must_change, op.now)
        }),
        roles,
        factors,
        pass: pass.map(|_| PassUse { only_to_enrol: app.settings().signin.pass.only_to_enrol }),
        token,
        barred,
    })
}

/// The roles that an account holds now.
pub(crate) async fn roles_of(tx: &mut Tx, op: &Op, account: AccountId) -> Result<Vec<Role>> {
    let grants = store::directory::list_account_roles(tx, account, op.now).await?;
    Ok(grants.into_iter().map(|grant| grant.role).collect())
}

/// The enrolled second factors of an account: the default first, then the strongest [MET-11].
async fn factors(app: &App, tx: &mut Tx, op: &Op, account: AccountId) -> Result<Vec<EnrolledFactor>> {
    let mut credentials = store::credential::list_credentials(tx, account).await?;
    credentials.retain(|credential| credential.is_active() && definition(credential.kind).is_second_factor());
    // SECURITY: the job that removes what is on a lost phone may be late [EXC-21].
    if let Some(since) = store::access::phones_void_from(tx, account, op.now).await? {
        credentials.retain(|credential| !definition(credential.kind).on_phone || credential.created_at >= since);
    }
    credentials.sort_by_key(|credential| (!credential.is_default, credential.kind, credential.created_at));
    let quarantined = store::access::list_quarantined(tx, account).await?;
    let mut factors = Vec::with_capacity(credentials.len());
    for credential in credentials {
        factors.push(EnrolledFactor {
            credential: credential.id,
            kind: credential.kind,
            unusable: match quarantined.contains(&credential.id) {
                true => Some(Unusable::Quarantined),
                false => number_bar(app, tx, &credential).await?,
            },
            label: credential.label,
            is_default: credential.is_default,
        });
    }
    Ok(factors)
}

/// A pass, or recovery codes, as the engine sees what a person can show.
fn stand_in(credential: CredentialId, kind: FactorKind) -> EnrolledFactor {
    EnrolledFactor {
        credential,
        kind,
        label: Label::numbered(definition(kind).name, 1),
        is_default: false,
        unusable: None,
    }
}

/// Whether a credential's telephone number is not allowed any more.
pub(crate) async fn number_bar(app: &App, tx: &mut Tx, credential: &Credential) -> Result<Option<Unusable>> {
    let Some(reach) = definition(credential.kind).telephone else { return Ok(None) };
    let number = store::credential::find_number(tx, credential.id).await?;
    let allowed = number.is_some_and(|number| number.check(reach, app.settings().telephone).is_ok());
    Ok((!allowed).then_some(Unusable::NumberNotAllowed))
}

/// The second factors that somebody may neither use nor enrol, each with the reason.
pub(crate) async fn barred_factors(
    app: &App,
    tx: &mut Tx,
    organisation: OrganisationId,
    roles: &[Role],
) -> Result<Vec<(FactorKind, Unusable)>> {
    let switched_off = store::directory::list_factors_off(tx, organisation).await?;
    let mut unavailable = app.gateways().unavailable(app.now());
    // Where no card can be shown.
    let shown_nowhere = app.settings().card_origin.is_none() && app.care_identity().is_none();
    unavailable.extend(shown_nowhere.then_some(FactorKind::Smartcard));
    let bars = Bars { roles, switched_off: &switched_off, unavailable: &unavailable };
    let rules = &app.settings().restricted;
    Ok(second_factors()
        .filter_map(|definition| barred(rules, bars, definition.kind).map(|why| (definition.kind, why)))
        .collect())
}
