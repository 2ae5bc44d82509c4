//! Joiners, movers and leavers, as an application with the scope for it brings them about.

use std::convert::Infallible;
use std::time::Duration;

use wardkey_domain::application::{ClientSettings, GrantType};
use wardkey_domain::audit::Event;
use wardkey_domain::directory::{AccountFields, Role, StatusName};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::op::{ActingApplication, Actor, Mandate, Op, Origin};
use wardkey_domain::permission::ApiScope;
use wardkey_domain::time::Timestamp;
use wardkey_testkit::TestApp;
use wardkey_usecases::access::{Membership, Publication, change_members, publish_policies};
use wardkey_usecases::directory::{
    self, Exact, GroupListing, GroupWish, IfMatch, ImportMode, IncomingAccount, IncomingRow, Manner, PeopleAsk,
    PersonListing, PersonWish, Provisioned, ProvisionedGroupView, ProvisionedPerson, WithMembers,
    change_provisioned_group, change_provisioned_person, create_provisioned_group, create_provisioned_person,
    delete_provisioned_group, delete_provisioned_person, import_accounts, list_provisioned_groups,
    list_provisioned_people, see_provisioned_group, see_provisioned_person,
};
use wardkey_usecases::{App, Error, application};

use super::{Ago, acting, outcome};
use crate::access::compromise_support::mark;
use crate::application::support::on_both_engines;

/// Two trusts, the first with a site; one client of each.
async fn trusts(test: &TestApp) -> [Op; 2] {
    for (code, parent) in [("T1", ""), ("A1", "T1"), ("T2", "")] {
        test.add_organisation(code, parent).await;
    }
    [client(test, "T1").await, client(test, "T2").await]
}

/// The circumstances of what a new client of an organisation does.
async fn client(test: &TestApp, code: &str) -> Op {
    let mut settings = ClientSettings::web(Vec::new());
    settings.grants = vec![GrantType::ClientCredentials];
    let added = test.add_application(code, settings).await;
    let found = application::find(&test.app, &added.client_id).await.unwrap().unwrap();
    let mut tx = test.app.store().read().await.unwrap();
    let home = wardkey_store::directory::find_organisation(&mut tx, found.organisation()).await.unwrap().unwrap();
    let mandate = Mandate { path: home.path, scopes: vec![ApiScope::Provision] };
    test.app.op(Actor::Application(ActingApplication { id: found.id(), mandate: Some(mandate) }), Origin::default())
}

/// The same circumstances, now.
fn later(test: &TestApp, op: &Op) -> Op {
    test.app.op(op.actor.clone(), Origin::default())
}

fn wish(name: &str) -> PersonWish {
    PersonWish {
        user_name: name.to_owned(),
        given_name: Some("Nia".to_owned()),
        family_name: Some("Rowe".to_owned()),
        address: Some(format!("{name}@a.example")),
        ..PersonWish::default()
    }
}

async fn joiner(app: &App, op: &Op, name: &str) -> ProvisionedPerson {
    create_provisioned_person(app, op, &wish(name)).await.unwrap()
}

/// What a client wants of somebody who is as they are, but for something.
fn but(
    change: impl Fn(&mut PersonWish) + Send + Sync,
) -> impl Fn(&ProvisionedPerson) -> Result<PersonWish, Infallible> {
    move |person| {
        let mut wish = PersonWish {
            user_name: person.user_name.clone(),
            external_id: person.external_id.clone(),
            given_name: person.given_name.clone(),
            family_name: person.family_name.clone(),
            display_name: Some(person.display_name.clone()),
            address: Some(person.address.clone()),
            ods_code: Some(person.ods_code.clone()),
            active: Some(person.active),
        };
        change(&mut wish);
        Ok(wish)
    }
}

async fn changed(
    app: &App,
    op: &Op,
    person: &ProvisionedPerson,
    manner: Manner,
    change: impl Fn(&mut PersonWish) + Send + Sync,
) -> Result<ProvisionedPerson, Error> {
    match change_provisioned_person(app, op, &person.id.to_string(), None, manner, but(change)).await? {
        Provisioned::Done(person) => Ok(person),
        other => panic!("{other:?}"),
    }
}

async fn events(test: &TestApp) -> Vec<Event> {
    let mut tx = test.app.store().read().await.unwrap();
    let (start, end) = (Timestamp::from_seconds(0), test.app.now().plus(Duration::from_secs(1)));
    let rows = wardkey_store::audit::list_between(&mut tx, start, end, None, 1_000).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(&row.entry.event).unwrap()).collect()
}

on_both_engines!(somebody_joins_moves_leaves_and_comes_back, |test| {
    let [op, _] = trusts(test).await;
    let app = &test.app;
    let joiner = joiner(app, &op, "nia").await;
    assert_eq!((joiner.display_name.as_str(), joiner.ods_code.as_str(), joiner.active), ("Nia Rowe", "T1", true));
    let moved = changed(app, &op, &joiner, Manner::Part, |wish| wish.ods_code = Some("a1".to_owned())).await.unwrap();
    assert_eq!(moved.ods_code, "A1");
    assert_ne!(moved.version, joiner.version);
    let left = changed(app, &op, &moved, Manner::Part, |wish| wish.active = Some(false)).await.unwrap();
    assert!(!left.active);
    assert_eq!(test.account("nia@a.example").await.status.name(), StatusName::Disabled);
    let back = changed(app, &op, &left, Manner::Whole, |wish| wish.active = Some(true)).await.unwrap();
    assert!(back.active);
    let same = changed(app, &op, &back, Manner::Whole, |_| {}).await.unwrap();
    assert_eq!(same, back, "what changes nothing leaves the version");
    let kinds: Vec<_> = events(test).await.iter().map(Event::kind).collect();
    for kind in ["account_added", "account_provisioned", "account_changed", "account_status_changed"] {
        assert!(kinds.contains(&kind), "{kind} of {kinds:?}");
    }
});

on_both_engines!(a_client_sees_and_changes_its_own_people_and_no_others, |test| {
    let [op, other] = trusts(test).await;
    let app = &test.app;
    let own = joiner(app, &op, "nia").await;
    let id = own.id.to_string();
    assert_eq!(outcome(see_provisioned_person(app, &other, &id).await), "not found");
    assert_eq!(outcome(changed(app, &other, &own, Manner::Part, |wish| wish.active = Some(false)).await), "not found");
    assert_eq!(outcome(delete_provisioned_person(app, &other, &id, None).await), "not found");
    for exact in [
        Exact::Id(id.clone()),
        Exact::UserName("nia".to_owned()),
        Exact::UserName("nia@a.example".to_owned()),
        Exact::Address("nia@a.example".to_owned()),
    ] {
        let ask = PeopleAsk { exact: Some(exact.clone()), count: 10, ..PeopleAsk::default() };
        let found = list_provisioned_people(app, &other, &ask).await.unwrap();
        assert_eq!(found, PersonListing::Page { total: 0, people: Vec::new() }, "{exact:?}");
    }
    let ask = PeopleAsk { ods_code: Some("T1".to_owned()), count: 10, ..PeopleAsk::default() };
    assert_eq!(
        list_provisioned_people(app, &other, &ask).await.unwrap(),
        PersonListing::Page { total: 0, people: Vec::new() }
    );
    // Nobody is moved into another trust, and what is elsewhere is not known from what is nowhere.
    for code in ["T2", "ZZZ"] {
        let moved = changed(app, &op, &own, Manner::Part, |wish| wish.ods_code = Some(code.to_owned())).await;
        let Err(Error::Invalid(errors)) = moved else { panic!("{moved:?}") };
        assert_eq!(
            (errors[0].field, errors[0].message.replace(code, "")),
            ("organization", "this client reaches no organisation with the code ".to_owned())
        );
    }
    assert!(see_provisioned_person(app, &op, &id).await.unwrap().active);
    assert_eq!(outcome(see_provisioned_person(app, &op, "nonsense").await), "not found");
    assert_eq!(outcome(see_provisioned_person(app, &test.operator(), &id).await), "not found");
});

on_both_engines!(nobody_who_holds_a_role_is_changed_by_a_client, |test| {
    let [op, _] = trusts(test).await;
    let app = &test.app;
    let admin = joiner(app, &op, "admin").await;
    test.give_role("admin@a.example", Role::LocalAdministrator, "T1").await;
    let id = admin.id.to_string();
    assert_eq!(outcome(changed(app, &op, &admin, Manner::Part, |wish| wish.active = Some(false)).await), "forbidden");
    assert_eq!(outcome(changed(app, &op, &admin, Manner::Part, |wish| wish.family_name = None).await), "forbidden");
    assert_eq!(
        outcome(changed(app, &op, &admin, Manner::Part, |wish| wish.address = Some("x@a.example".to_owned())).await),
        "forbidden"
    );
    assert_eq!(outcome(delete_provisioned_person(app, &op, &id, None).await), "forbidden");
    let group = GroupWish { display_name: "Ward".to_owned(), members: vec![id], ..GroupWish::default() };
    assert_eq!(outcome(create_provisioned_group(app, &op, &group).await), "forbidden");
    // What the client itself calls them is its own business.
    let called = changed(app, &op, &admin, Manner::Part, |wish| wish.external_id = Some("7".to_owned())).await.unwrap();
    assert_eq!((called.external_id.as_deref(), called.active), (Some("7"), true));
});

on_both_engines!(a_client_opens_what_it_has_shut_and_nothing_else, |test| {
    let [op, _] = trusts(test).await;
    let app = &test.app;
    let nurse = joiner(app, &op, "nia").await;
    directory::disable(app, &test.operator(), nurse.id, "under investigation").await.unwrap();
    let on = |wish: &mut PersonWish| wish.active = Some(true);
    assert_eq!(outcome(changed(app, &op, &nurse, Manner::Part, on).await), "forbidden");
    // The nightly records say that everybody is active: other changes arrive, and the account stays shut.
    let renamed = changed(app, &op, &nurse, Manner::Whole, |wish| {
        wish.active = Some(true);
        wish.family_name = Some("Hill".to_owned());
    });
    let renamed = renamed.await.unwrap();
    assert_eq!((renamed.family_name.as_deref(), renamed.active), (Some("Hill"), false));
    directory::enable(app, &test.operator(), nurse.id, "done").await.unwrap();
    // The client shuts it, a person opens it and shuts it again: it is the person's now.
    changed(app, &op, &nurse, Manner::Part, |wish| wish.active = Some(false)).await.unwrap();
    test.clock.advance(Duration::from_secs(60));
    directory::enable(app, &test.operator(), nurse.id, "a mistake").await.unwrap();
    directory::disable(app, &test.operator(), nurse.id, "under investigation").await.unwrap();
    assert_eq!(outcome(changed(app, &later(test, &op), &nurse, Manner::Part, on).await), "forbidden");
});

on_both_engines!(a_client_opens_no_account_that_somebody_else_had, |test| {
    let [op, _] = trusts(test).await;
    let app = &test.app;
    let nurse = joiner(app, &op, "nia").await;
    changed(app, &op, &nurse, Manner::Part, |wish| wish.active = Some(false)).await.unwrap();
    mark(test, &test.operator(), "nia@a.example").await.unwrap();
    for change in [
        Box::new(|wish: &mut PersonWish| wish.active = Some(true)) as Box<dyn Fn(&mut PersonWish) + Send + Sync>,
        Box::new(|wish: &mut PersonWish| wish.address = Some("thief@a.example".to_owned())),
    ] {
        assert_eq!(outcome(changed(app, &op, &nurse, Manner::Part, change).await), "forbidden");
    }
});

on_both_engines!(who_was_deleted_is_gone_for_the_client_and_comes_back_as_the_same_person_only, |test| {
    let [op, _] = trusts(test).await;
    let app = &test.app;
    let known = PersonWish { external_id: Some("7".to_owned()), ..wish("nia") };
    let nurse = create_provisioned_person(app, &op, &known).await.unwrap();
    let id = nurse.id.to_string();
    let group = GroupWish { display_name: "Ward".to_owned(), members: vec![id.clone()], ..GroupWish::default() };
    let group = create_provisioned_group(app, &op, &group).await.unwrap();
    assert_eq!(delete_provisioned_person(app, &op, &id, None).await.unwrap(), Provisioned::Done(()));
    assert_eq!(outcome(see_provisioned_person(app, &op, &id).await), "not found");
    assert_eq!(outcome(delete_provisioned_person(app, &op, &id, None).await), "not found");
    assert_eq!(test.account("nia@a.example").await.status.name(), StatusName::Disabled);
    let emptied = see_provisioned_group(app, &op, &group.id.to_string()).await.unwrap();
    assert_eq!(emptied.members, []);
    assert_ne!(emptied.version, group.version);
    // An address is somebody else's one day, and the account has the factors of whoever had it.
    let other = PersonWish { external_id: Some("8".to_owned()), ..wish("nia") };
    assert_eq!(outcome(create_provisioned_person(app, &op, &other).await), "conflict");
    assert_eq!(outcome(create_provisioned_person(app, &op, &wish("nia")).await), "conflict");
    // The name is free for others meanwhile.
    let namesake = PersonWish { address: Some("nia2@a.example".to_owned()), ..wish("NIA") };
    let namesake = create_provisioned_person(app, &op, &namesake).await.unwrap();
    assert_eq!(outcome(create_provisioned_person(app, &op, &known).await), "conflict");
    changed(app, &op, &namesake, Manner::Part, |wish| wish.user_name = "nia2".to_owned()).await.unwrap();
    let back = create_provisioned_person(app, &op, &known).await.unwrap();
    assert_eq!((back.id, back.active), (nurse.id, true));
});

on_both_engines!(names_are_taken_once, |test| {
    let [op, other] = trusts(test).await;
    let app = &test.app;
    let nia = joiner(app, &op, "nia").await;
    let bo = joiner(app, &op, "bo").await;
    let again = PersonWish { address: Some("other@a.example".to_owned()), ..wish("Nia") };
    assert_eq!(outcome(create_provisioned_person(app, &op, &again).await), "conflict");
    let same_address = PersonWish { user_name: "new".to_owned(), ..wish("nia") };
    assert_eq!(outcome(create_provisioned_person(app, &op, &same_address).await), "conflict");
    assert_eq!(
        outcome(changed(app, &op, &bo, Manner::Part, |wish| wish.user_name = "NIA".to_owned()).await),
        "conflict"
    );
    assert_eq!(
        outcome(changed(app, &op, &bo, Manner::Part, |wish| wish.address = Some("nia@a.example".to_owned())).await),
        "conflict"
    );
    // Each client has names of its own, and who was never called anything is called by the address.
    let theirs = PersonWish { address: Some("nia@t2.example".to_owned()), ..wish("nia") };
    create_provisioned_person(app, &other, &theirs).await.unwrap();
    test.add_account("T1", "eve@a.example").await;
    assert_eq!(
        outcome(changed(app, &op, &bo, Manner::Part, |wish| wish.user_name = "eve@a.example".to_owned()).await),
        "conflict"
    );
    let renamed = changed(app, &op, &nia, Manner::Part, |wish| wish.user_name = "Nia.Rowe".to_owned()).await.unwrap();
    assert_eq!((renamed.user_name.as_str(), renamed.address.as_str()), ("Nia.Rowe", "nia@a.example"));
});

on_both_engines!(a_wish_that_makes_no_sense_is_refused, |test| {
    let [op, _] = trusts(test).await;
    let app = &test.app;
    for (wish, field) in [
        (PersonWish { address: None, ..wish("nia") }, "emails"),
        (PersonWish { address: Some("nia".to_owned()), ..wish("nia") }, "emails"),
        (PersonWish { ods_code: Some("no code".to_owned()), ..wish("nia") }, "organization"),
        (PersonWish { display_name: Some("x".repeat(500)), ..wish("nia") }, "displayName"),
    ] {
        let refused = create_provisioned_person(app, &op, &wish).await;
        let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors[0].field, field);
    }
    let by_address = PersonWish { user_name: "nia@a.example".to_owned(), ..PersonWish::default() };
    let made = create_provisioned_person(app, &op, &by_address).await.unwrap();
    assert_eq!((made.address.as_str(), made.display_name.as_str()), ("nia@a.example", "nia@a.example"));
});

on_both_engines!(of_two_changes_to_one_version_one_is_made, |test| {
    let [op, _] = trusts(test).await;
    let other_node = test.another_node().await;
    for _ in 0..5 {
        let nurse = match see_provisioned_person(&test.app, &op, &find(test, &op).await).await {
            Ok(nurse) => nurse,
            Err(_) => joiner(&test.app, &op, "nia").await,
        };
        let (id, version) = (nurse.id.to_string(), nurse.version.clone());
        let names = |presented: &str| presented == version;
        let if_match: IfMatch<'_> = Some(&names);
        let named = |name: &str| {
            let name = format!("{name} {version}");
            but(move |wish| wish.family_name = Some(name.clone()))
        };
        let (one, two) = tokio::join!(
            change_provisioned_person(&test.app, &op, &id, if_match, Manner::Part, named("One")),
            change_provisioned_person(&other_node.app, &op, &id, if_match, Manner::Part, named("Two")),
        );
        let outcomes = [one.unwrap(), two.unwrap()];
        let done = outcomes.iter().filter(|outcome| matches!(outcome, Provisioned::Done(_))).count();
        let stale = outcomes.iter().filter(|outcome| matches!(outcome, Provisioned::Stale)).count();
        assert_eq!((done, stale), (1, 1), "{outcomes:?}");
    }
    // Without a version both are made, one after the other.
    let id = find(test, &op).await;
    let (one, two) = tokio::join!(
        change_provisioned_person(&test.app, &op, &id, None, Manner::Part, but(|wish| wish.given_name = None)),
        change_provisioned_person(&other_node.app, &op, &id, None, Manner::Part, but(|wish| wish.family_name = None)),
    );
    assert!(matches!((one.unwrap(), two.unwrap()), (Provisioned::Done(_), Provisioned::Done(_))));
    let both = see_provisioned_person(&test.app, &op, &id).await.unwrap();
    assert_eq!((both.given_name, both.family_name), (None, None));
});

async fn find(test: &TestApp, op: &Op) -> String {
    let ask = PeopleAsk { exact: Some(Exact::UserName("nia".to_owned())), count: 1, ..PeopleAsk::default() };
    match list_provisioned_people(&test.app, op, &ask).await.unwrap() {
        PersonListing::Page { people, .. } => people.first().map(|person| person.id.to_string()).unwrap_or_default(),
        PersonListing::TooMany { .. } => panic!("there is one at most"),
    }
}

on_both_engines!(of_two_that_make_the_same_person_one_does, |test| {
    let [op, _] = trusts(test).await;
    let other_node = test.another_node().await;
    for number in 0..5 {
        let wish = wish(&format!("nia{number}"));
        let (one, two) = tokio::join!(
            create_provisioned_person(&test.app, &op, &wish),
            create_provisioned_person(&other_node.app, &op, &wish),
        );
        let mut outcomes = [outcome(one), outcome(two)];
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["conflict", "done"]);
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_says_that_everybody_has_left_is_stopped() {
    let test = TestApp::with(|settings| settings.provisioning.leavers = 2).await;
    let [op, _] = trusts(&test).await;
    let app = &test.app;
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(joiner(app, &op, &format!("nurse{number}")).await);
    }
    let off = |wish: &mut PersonWish| wish.active = Some(false);
    // Whoever joined today may be taken back.
    changed(app, &op, &people[4], Manner::Part, off).await.unwrap();
    test.clock.advance(Duration::from_secs(86_400));
    let op = later(&test, &op);
    changed(app, &op, &people[0], Manner::Part, off).await.unwrap();
    delete_provisioned_person(app, &op, &people[1].id.to_string(), None).await.unwrap();
    assert_eq!(outcome(changed(app, &op, &people[2], Manner::Part, off).await), "forbidden");
    assert_eq!(outcome(delete_provisioned_person(app, &op, &people[2].id.to_string(), None).await), "forbidden");
    assert!(see_provisioned_person(app, &op, &people[2].id.to_string()).await.unwrap().active);
    let halted = |event: &Event| matches!(event, Event::ProvisioningHalted { limit: 2, .. });
    assert!(events(&test).await.iter().any(halted));
    // Who is switched on again makes room, and so does a day.
    changed(app, &op, &people[0], Manner::Part, |wish| wish.active = Some(true)).await.unwrap();
    changed(app, &op, &people[2], Manner::Part, off).await.unwrap();
    test.clock.advance(Duration::from_secs(86_401));
    changed(app, &later(&test, &op), &people[3], Manner::Part, off).await.unwrap();
}

on_both_engines!(a_list_goes_page_by_page_and_by_filter, |test| {
    let [op, _] = trusts(test).await;
    let app = &test.app;
    for name in ["ann", "bo", "ceri"] {
        joiner(app, &op, name).await;
    }
    test.add_account("A1", "dee@a.example").await;
    let names = async |ask: PeopleAsk<'_>| match list_provisioned_people(app, &op, &ask).await.unwrap() {
        PersonListing::Page { total, people } => {
            let names: Vec<_> = people.into_iter().map(|person| person.user_name).collect();
            format!("{total}: {}", names.join(" "))
        }
        PersonListing::TooMany { .. } => "too many".to_owned(),
    };
    let all = PeopleAsk { count: 10, ..PeopleAsk::default() };
    assert_eq!(names(all).await, "4: ann bo ceri dee@a.example");
    assert_eq!(names(PeopleAsk { skipped: 1, count: 2, ..PeopleAsk::default() }).await, "4: bo ceri");
    assert_eq!(names(PeopleAsk { skipped: 9, count: 2, ..PeopleAsk::default() }).await, "4: ");
    assert_eq!(names(PeopleAsk::default()).await, "4: ");
    let with_r = |person: &ProvisionedPerson| person.user_name.contains('r');
    assert_eq!(names(PeopleAsk { matches: Some(&with_r), count: 10, ..PeopleAsk::default() }).await, "1: ceri");
    let at = |code: &str| PeopleAsk { ods_code: Some(code.to_owned()), count: 10, ..PeopleAsk::default() };
    assert_eq!(names(at("a1")).await, "1: dee@a.example");
    assert_eq!(names(at("T1")).await, "3: ann bo ceri");
    assert_eq!(names(PeopleAsk { active: Some(false), count: 10, ..PeopleAsk::default() }).await, "0: ");
    let exact = |exact| PeopleAsk { exact: Some(exact), count: 10, ..PeopleAsk::default() };
    assert_eq!(names(exact(Exact::UserName("BO".to_owned()))).await, "1: bo");
    assert_eq!(names(exact(Exact::UserName("bo@a.example".to_owned()))).await, "0: ", "he is called otherwise");
    assert_eq!(names(exact(Exact::Address("bo@a.example".to_owned()))).await, "1: bo");
    assert_eq!(names(exact(Exact::UserName("dee@a.example".to_owned()))).await, "1: dee@a.example");
});

fn group(name: &str, members: &[&ProvisionedPerson]) -> GroupWish {
    let members = members.iter().map(|person| person.id.to_string()).collect();
    GroupWish { display_name: name.to_owned(), external_id: None, members }
}

on_both_engines!(a_group_is_its_clients_alone, |test| {
    let [op, other] = trusts(test).await;
    let app = &test.app;
    let (ann, bo) = (joiner(app, &op, "ann").await, joiner(app, &op, "bo").await);
    let ward = create_provisioned_group(app, &op, &group("Ward 7", &[&ann])).await.unwrap();
    let id = ward.id.to_string();
    assert_eq!(ward.members, [ann.id]);
    assert_eq!(outcome(see_provisioned_group(app, &other, &id).await), "not found");
    assert_eq!(outcome(delete_provisioned_group(app, &other, &id, None).await), "not found");
    let theirs = joiner(app, &other, "eve").await;
    let stranger = create_provisioned_group(app, &op, &group("Mixed", &[&theirs])).await;
    assert!(matches!(stranger, Err(Error::Invalid(_))), "{stranger:?}");
    let to_bo = |_: &ProvisionedGroupView| Ok::<_, Infallible>(group("Ward 8", &[&bo]));
    let changed = change_provisioned_group(app, &op, &id, None, to_bo).await.unwrap();
    let Provisioned::Done(changed) = changed else { panic!("{changed:?}") };
    assert_eq!((changed.members.as_slice(), changed.display_name.as_str()), ([bo.id].as_slice(), "Ward 8"));
    let stale = |version: &str| version == ward.version;
    let lost = change_provisioned_group(app, &op, &id, Some(&stale), to_bo).await.unwrap();
    assert_eq!(lost, Provisioned::Stale);
    // Policies name it by its first name, and people leave it alone.
    let addresses = ["ann@a.example".to_owned()];
    let touched = change_members(app, &test.operator(), "scim-t1-ward-7", &addresses, Membership::Inside).await;
    assert_eq!(outcome(touched), "conflict");
    let second = create_provisioned_group(app, &op, &group("Ward 7", &[])).await.unwrap();
    let listed = list_provisioned_groups(app, &op, WithMembers::No).await.unwrap();
    let GroupListing::All(listed) = listed else { panic!("{listed:?}") };
    assert_eq!(listed.len(), 2);
    assert_eq!(delete_provisioned_group(app, &op, &second.id.to_string(), None).await.unwrap(), Provisioned::Done(()));
    assert_eq!(outcome(see_provisioned_group(app, &op, &second.id.to_string()).await), "not found");
    let kinds: Vec<_> = events(test).await.iter().map(Event::kind).collect();
    assert!(kinds.contains(&"group_made") && kinds.contains(&"group_changed") && kinds.contains(&"group_removed"));
});

on_both_engines!(a_group_that_people_made_is_none_for_a_client, |test| {
    let [op, _] = trusts(test).await;
    let made = wardkey_usecases::access::make_group(&test.app, &test.operator(), "T1", "exempt").await.unwrap();
    assert_eq!(outcome(see_provisioned_group(&test.app, &op, &made.to_string()).await), "not found");
    let to_nobody = |_: &ProvisionedGroupView| Ok::<_, Infallible>(group("exempt", &[]));
    let changed = change_provisioned_group(&test.app, &op, &made.to_string(), None, to_nobody).await;
    assert!(matches!(changed, Err(Error::NotFound(_))), "{changed:?}");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_index_finds_is_not_looked_for_among_thousands() {
    let test = TestApp::start().await;
    let [op, _] = trusts(&test).await;
    let app = &test.app;
    let rows = (0..5_001).map(|number| {
        let address = format!("person{number}@a.example");
        let fields = AccountFields { ods_code: "T1", address: &address, name: "Person", ..AccountFields::default() };
        IncomingRow { line: number + 1, row: IncomingAccount::check(&fields) }
    });
    let imported = import_accounts(app, &test.operator(), rows, ImportMode::Write, &mut |_| {}).await.unwrap();
    assert_eq!(imported.added, 5_001);
    let is_seventh = |person: &ProvisionedPerson| person.user_name.starts_with("person7@");
    let looked_at = PeopleAsk { matches: Some(&is_seventh), count: 10, ..PeopleAsk::default() };
    assert_eq!(list_provisioned_people(app, &op, &looked_at).await.unwrap(), PersonListing::TooMany { most: 5_000 });
    // An organisation of its own is small enough, a name leads there at once, and a plain list goes page by page.
    let narrowed = PeopleAsk { ods_code: Some("A1".to_owned()), ..looked_at };
    let found = list_provisioned_people(app, &op, &narrowed).await.unwrap();
    assert_eq!(found, PersonListing::Page { total: 0, people: Vec::new() });
    let exact = Some(Exact::UserName("person7@a.example".to_owned()));
    let found = list_provisioned_people(app, &op, &PeopleAsk { exact, ods_code: None, ..narrowed }).await.unwrap();
    assert!(matches!(&found, PersonListing::Page { total: 1, people } if people.len() == 1), "{found:?}");
    let active = PeopleAsk { active: Some(true), skipped: 5_000, count: 10, ..PeopleAsk::default() };
    let page = list_provisioned_people(app, &op, &active).await.unwrap();
    assert!(matches!(&page, PersonListing::Page { total: 5_001, people } if people.len() == 1), "{page:?}");
}

on_both_engines!(a_group_that_a_policy_names_is_not_removed, |test| {
    let [op, _] = trusts(test).await;
    let ward = create_provisioned_group(&test.app, &op, &group("Ward", &[])).await.unwrap();
    test.add_person("T1", "boss@a.example").await;
    test.give_role("boss@a.example", Role::TenantAdministrator, "T1").await;
    test.hold_factor("boss@a.example", FactorKind::WebAuthn).await;
    let text = "break-glass = [\"boss@a.example\"]\n\n[[policy]]\nname = \"Ward\"\nstate = \"report-only\"\nthen = \"block\"\n\n\
                [policy.include]\npeople = [\"group:scim-t1-ward\"]\n";
    let boss = acting(test, "boss@a.example", Ago::JustNow).await;
    let published = publish_policies(&test.app, &boss, text, None, "try it").await.unwrap();
    assert!(matches!(published, Publication::Published(_)), "{published:?}");
    let removed = delete_provisioned_group(&test.app, &op, &ward.id.to_string(), None).await;
    let Err(Error::Conflict(why)) = removed else { panic!("{removed:?}") };
    assert!(why.contains("scim-t1-ward"), "{why}");
    assert_eq!(see_provisioned_group(&test.app, &op, &ward.id.to_string()).await.unwrap(), ward);
});
