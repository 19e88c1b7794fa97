//! The checker accepts histories that some order explains and rejects all others.
#![allow(clippy::unwrap_used)]

use model::history::{Call, explain, explain_log};
use model::{Actor, Entry, Invitee, Key, Operation, Outcome, Person, Role, State};

const ANA: Person = Person(0);
const BEA: Person = Person(1);
const CYD: Person = Person(2);
const TEAM: Key = Key(0);

/// A person with the session from their sign-up.
fn actor(person: Person) -> Actor {
    let session = Key(100 + u32::from(person.0));
    Actor { person, session }
}

/// Creates a state in which Ana and Bea are admins.
fn two_admins() -> State {
    let mut state = State::new(ANA, "Ana", "Team", TEAM);
    let sign_in = Operation::SignIn {
        key: Key(100),
        person: ANA,
        password: TEAM,
    };
    let accept = Operation::Accept {
        key: Key(101),
        person: BEA,
        mail: 0,
        session: None,
    };
    for operation in [sign_in, invite(ANA, BEA, Role::Admin), accept] {
        let outcome = state.apply(&operation).outcome;
        assert!(!matches!(
            outcome,
            Outcome::Refused(_) | Outcome::Problem(_)
        ));
    }
    state
}

fn invite(by: Person, person: Person, role: Role) -> Operation {
    Operation::Invite {
        key: Key(7),
        actor: actor(by),
        invitees: vec![Invitee { person, role }],
        workspaces: vec![TEAM],
    }
}

fn demote(by: Person, person: Person) -> Operation {
    Operation::ChangeRole {
        actor: actor(by),
        workspace: TEAM,
        person,
        role: Role::Operator,
        revoke: false,
    }
}

fn leave(by: Person) -> Operation {
    Operation::Leave {
        actor: actor(by),
        workspace: TEAM,
    }
}

fn call(operation: Operation, start: u64, end: u64, outcome: Outcome) -> Call {
    Call {
        operation,
        start,
        end,
        outcome: Some(outcome),
    }
}

fn invited() -> Outcome {
    Outcome::Results(vec!["INVITED".to_owned()])
}

/// The outcome of a role change or an ended membership that transferred these people's invitations.
fn moved(transferred: &[Person]) -> Outcome {
    Outcome::Moved {
        transferred: transferred.to_vec(),
        revoked: Vec::new(),
    }
}

fn changed() -> Outcome {
    moved(&[])
}

fn forbidden() -> Outcome {
    Outcome::Refused("FORBIDDEN".to_owned())
}

/// Returns the audit log entries of consecutive operations.
fn log(operations: &[Operation]) -> Vec<Vec<Entry>> {
    let mut state = two_admins();
    let entries = operations
        .iter()
        .map(|operation| state.apply(operation).entries);
    entries.filter(|entries| !entries.is_empty()).collect()
}

#[test]
fn accepts_a_sequential_history() {
    let calls = [
        call(demote(ANA, BEA), 1, 2, changed()),
        call(invite(BEA, CYD, Role::Auditor), 3, 4, forbidden()),
        call(invite(ANA, CYD, Role::Auditor), 5, 6, invited()),
    ];
    assert_eq!(explain(&two_admins(), &calls).unwrap(), [0, 1, 2]);
}

#[test]
fn rejects_a_write_after_an_acknowledged_demotion() {
    let calls = [
        call(demote(ANA, BEA), 1, 2, changed()),
        call(invite(BEA, CYD, Role::Auditor), 3, 4, invited()),
    ];
    let unexplained = explain(&two_admins(), &calls).unwrap_err();
    assert_eq!(unexplained.longest, [0]);
}

#[test]
fn accepts_both_orders_of_a_concurrent_write_and_demotion() {
    // Bea's earlier invitations are transferred.
    let before = (moved(&[CYD]), invited(), [1, 0]);
    let after = (changed(), forbidden(), [0, 1]);
    for (demoted, outcome, order) in [before, after] {
        let calls = [
            call(demote(ANA, BEA), 1, 4, demoted),
            call(invite(BEA, CYD, Role::Auditor), 2, 3, outcome),
        ];
        assert_eq!(explain(&two_admins(), &calls).unwrap(), order);
    }
}

#[test]
fn rejects_a_write_after_the_demotion_in_the_audit_log() {
    let calls = [
        call(demote(ANA, BEA), 1, 4, moved(&[CYD])),
        call(invite(BEA, CYD, Role::Auditor), 2, 3, invited()),
    ];
    let mut log = log(&[invite(BEA, CYD, Role::Auditor), demote(ANA, BEA)]);
    assert_eq!(log.len(), 2);
    assert_eq!(explain_log(&two_admins(), &calls, &log).unwrap(), [1, 0]);
    log.reverse();
    assert!(explain_log(&two_admins(), &calls, &log).is_err());
}

#[test]
fn rejects_an_unexplained_audit_log_entry() {
    let calls = [call(invite(ANA, CYD, Role::Auditor), 1, 2, invited())];
    let written = log(&[invite(ANA, CYD, Role::Auditor)]);
    assert!(explain_log(&two_admins(), &calls, &written).is_ok());
    let twice = [written.clone(), written].concat();
    assert!(explain_log(&two_admins(), &calls, &twice).is_err());
    assert!(explain_log(&two_admins(), &calls, &[]).is_err());
}

#[test]
fn rejects_both_of_two_admins_leaving() {
    let both = |second| {
        [
            call(leave(ANA), 1, 4, changed()),
            call(leave(BEA), 2, 3, second),
        ]
    };
    assert!(explain(&two_admins(), &both(changed())).is_err());
    let last = Outcome::Problem("LAST_ADMIN".to_owned());
    assert_eq!(explain(&two_admins(), &both(last)).unwrap(), [0, 1]);
}

#[test]
fn a_call_without_a_response_takes_effect_at_any_time_or_never() {
    let unanswered = Call {
        outcome: None,
        ..call(demote(ANA, BEA), 1, 2, changed())
    };
    for outcome in [invited(), forbidden()] {
        let calls = [
            unanswered.clone(),
            call(invite(BEA, CYD, Role::Auditor), 3, 4, outcome),
        ];
        assert!(explain(&two_admins(), &calls).is_ok());
    }
    // It cannot take effect before it was sent.
    let calls = [
        call(invite(BEA, CYD, Role::Auditor), 1, 2, forbidden()),
        Call {
            start: 3,
            ..unanswered
        },
    ];
    assert!(explain(&two_admins(), &calls).is_err());
}
