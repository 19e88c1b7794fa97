//! Tests of valid and invalid addresses.

use super::DomainScope::{Local, Public};
use super::*;
use proptest::prelude::*;

fn key(text: &str) -> String {
    EmailAddress::parse(text, Public).unwrap().key().to_owned()
}

fn refused(text: &str, scope: DomainScope) -> String {
    let problem = EmailAddress::parse(text, scope).expect_err(text);
    assert_eq!(problem.code, ProblemCode::EmailInvalid, "{text:.40}");
    assert_eq!(problem.field, ["email"]);
    problem.message
}

#[test]
fn case_and_composition_do_not_distinguish_addresses() {
    assert_eq!(key("Ana.Silva@Example.COM"), "ana.silva@example.com");
    assert_eq!(key("zoe\u{308}@example.com"), key("ZO\u{cb}@example.com"));
    assert_eq!(
        key("kai@M\u{fc}nchen.example"),
        "kai@xn--mnchen-3ya.example"
    );
    assert_eq!(key("  spaced@example.com\n"), "spaced@example.com");
}

#[test]
fn keeps_the_address_as_typed_in_composed_form() {
    let address = EmailAddress::parse(" Ana.Silva@Example.COM ", Public).unwrap();
    assert_eq!(address.typed(), "Ana.Silva@Example.COM");
    assert_eq!(address.domain().as_str(), "example.com");
    // Mail goes only to the composed form: reading the mail of another form proves nothing.
    let address = EmailAddress::parse("zoe\u{308}@example.com", Public).unwrap();
    assert_eq!(address.typed(), "zo\u{eb}@example.com");
    let address = EmailAddress::parse("\u{212a}ai@example.com", Public).unwrap();
    assert_eq!(address.typed(), "Kai@example.com");
}

#[test]
fn accepts_local_parts_in_every_script() {
    for text in [
        "a@example.com",
        "ana+list@example.com",
        "o'connor@example.com",
        "!#$%&'*+-/=?^_`{|}~@example.com",
        "søren@example.com",
        "квіточка@пошта.укр",
        "संपर्क@डाटामेल.भारत",
        "用户@例子.广告",
        "Dörte@Sörensen.example",
        "مثال@example.com",
        "💥@example.com",
    ] {
        assert!(EmailAddress::parse(text, Public).is_ok(), "{text}");
    }
}

#[test]
fn rejects_compatibility_forms_of_letters() {
    for text in [
        "\u{fb00}@example.com",
        "ｆｆ@example.com",
        "ª@example.com",
        "ſ@example.com",
        "①@example.com",
        "𝐚𝐧𝐚@example.com",
        "ana\u{2024}silva@example.com",
        "ana\u{ff20}example.org@example.com",
        "ﷺ@example.com",
        "²@example.com",
        "ǆ@example.com",
    ] {
        assert!(refused(text, Local).contains("special form"), "{text}");
    }
}

#[test]
fn rejects_invalid_addresses() {
    let long = format!("{}@example.com", "a".repeat(300));
    let long_local = format!("{}@example.com", "a".repeat(65));
    let long_ascii = format!("a@{}example.com", format!("{}.", "ü".repeat(30)).repeat(6));
    let huge = "a".repeat(1_000_000);
    for text in [
        "",
        "ana",
        "@example.com",
        "ana@",
        "a@b@c.example",
        "a b@example.com",
        "ana@exa mple.com",
        "\"ana\"@example.com",
        "ana.@example.com",
        ".ana@example.com",
        "a..b@example.com",
        "ana,bo@example.com",
        "ana;bo@example.com",
        "<ana@example.com>",
        "Ana <ana@example.com>",
        "ana(x)@example.com",
        "ana\\@example.com",
        "ana:x@example.com",
        "ana[x]@example.com",
        "mailto:ana@example.com",
        "ana@example.com?subject=Hi",
        "ana@example.com/x",
        "ana@exa|mple.com",
        "ana@127.0.0.1",
        "ana@::1",
        "ana@[::1]",
        "ana@example.com\r\nBcc: x@y.example",
        "ana\0@example.com",
        "ana\u{200b}@example.com",
        "ana@exam\u{200b}ple.com",
        "a\u{ad}na@example.com",
        "\u{301}ana@example.com",
        "ana.\u{301}@example.com",
        "\u{e000}@example.com",
        "\u{fdd0}@example.com",
        &long,
        &long_local,
        &long_ascii,
        &huge,
    ] {
        for scope in [Public, Local] {
            assert_eq!(refused(text, scope), NO_ADDRESS, "{text:.40}");
        }
    }
}

#[test]
fn local_domains_need_the_local_scope() {
    for text in ["ana@localhost", "ana@[127.0.0.1]", "ana@[IPv6:::1]"] {
        assert!(refused(text, Public).contains("internet"), "{text}");
        let address = EmailAddress::parse(text, Local).unwrap();
        assert_eq!(address.typed(), text);
        assert_eq!(address.key(), text);
    }
}

/// Text that looks like an address, mixed with characters that invalidate it.
fn address_like() -> impl Strategy<Value = String> {
    let local = "([a-zA-Z0-9.+_'|/?-]|[äßЖא한ﬀＡ²]|\\p{L}|\\p{M}|\\PC){1,10}";
    let domain = "([a-zA-Z0-9.-]|[äß。．]|\\p{L}|\\p{N}|\\PC|[_/?|:@\\[\\]]){1,12}(\\.[a-z]{2,4}|\\.\\p{L}{2})?";
    let literal = "\\[(IPv6:)?[0-9a-f:.]{2,12}\\]";
    prop_oneof![
        4 => (local, domain).prop_map(|(local, domain)| format!("{local}@{domain}")),
        1 => (local, literal).prop_map(|(local, domain)| format!("{local}@{domain}")),
        2 => "[a-zA-Zäßø\u{301}.+-]{1,12}@[a-zA-Z0-9äéß-]{1,10}\\.[a-z]{2,4}",
    ]
}

mod properties {
    use super::*;

    proptest! {
        #[test]
        fn key_is_an_address_with_the_same_key(text in address_like()) {
            for scope in [Public, Local] {
                if let Ok(address) = EmailAddress::parse(&text, scope) {
                    let again = EmailAddress::parse(address.key(), scope);
                    prop_assert_eq!(again.map(|again| again.key), Ok(address.key));
                }
            }
        }

        /// A person who proves that they receive mail to the typed address has proved the key: the
        /// two differ only in case and in the form of the domain.
        #[test]
        fn key_names_the_typed_mailbox(text in address_like()) {
            if let Ok(address) = EmailAddress::parse(&text, Local) {
                let (typed, _) = address.typed().split_once('@').unwrap();
                let (key, _) = address.key().split_once('@').unwrap();
                prop_assert!(typed.nfkc().eq(typed.chars()));
                prop_assert_eq!(lower(typed), key);
            }
        }

        #[test]
        fn public_addresses_are_also_valid_locally(text in address_like()) {
            if let Ok(address) = EmailAddress::parse(&text, Public) {
                prop_assert_eq!(EmailAddress::parse(&text, Local), Ok(address));
            }
        }

        #[test]
        fn parse_never_panics(text in any::<String>()) {
            let _ = EmailAddress::parse(&text, Local);
        }

        #[test]
        fn accepts_plain_addresses(text in "[a-z0-9]{1,8}([.+_-][a-z0-9]{1,8}){0,2}@[a-z]{1,8}(-[a-z0-9]{1,4})?\\.[a-z]{2,8}") {
            prop_assert!(EmailAddress::parse(&text, Public).is_ok());
        }
    }
}
