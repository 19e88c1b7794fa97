//! Objects and lists that are resolved in place give the responses of async-graphql's own
//! resolution.

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Error, Guard, Interface, Object, Request, Result,
    Schema,
};
use async_graphql_hardened::{Api, CostLimits, Options, ScanLimits};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Refuses odd numbers.
struct IsEven(i32);

impl Guard for IsEven {
    async fn check(&self, _: &Context<'_>) -> Result<()> {
        if self.0 % 2 == 0 {
            return Ok(());
        }
        Err(Error::new(format!("{} is odd", self.0)))
    }
}

fn unless(refused: bool, value: i32) -> Result<i32> {
    match refused {
        true => Err(Error::new(format!("no {value}"))),
        false => Ok(value),
    }
}

/// Objects and lists as async-graphql resolves them.
mod plain {
    pub type One<T> = T;
    pub type Many<T> = Vec<T>;

    pub fn one<T>(item: T) -> One<T> {
        item
    }

    pub fn many<T>(items: impl Iterator<Item = T>) -> Many<T> {
        items.collect()
    }
}

/// Objects and lists that are resolved in place.
mod placed {
    use async_graphql_hardened::{InPlace, InPlaceList};

    pub type One<T> = InPlace<T>;
    pub type Many<T> = InPlaceList<InPlace<T>>;

    pub fn one<T>(item: T) -> One<T> {
        InPlace(item)
    }

    pub fn many<T>(items: impl Iterator<Item = T>) -> Many<T> {
        InPlaceList(items.map(InPlace).collect())
    }
}

/// A schema with the objects and lists of `$kind`.
macro_rules! schema {
    ($name:ident, $kind:ident) => {
        mod $name {
            use super::$kind::{Many, One, many, one};
            use super::*;

            pub struct Query;

            pub struct Item(i32);

            pub struct Other(i32);

            #[derive(Interface)]
            #[graphql(field(name = "n", ty = "i32"))]
            pub enum Named {
                Item(Item),
                Other(Other),
            }

            #[Object]
            impl Query {
                async fn item(&self, n: i32) -> One<Item> {
                    one(Item(n))
                }

                async fn items(&self, first: i32) -> Many<Item> {
                    many((0..first).map(Item))
                }
            }

            #[Object(serial)]
            impl Item {
                async fn n(&self) -> i32 {
                    self.0
                }

                #[graphql(guard = "IsEven(self.0)")]
                async fn guarded(&self) -> Option<i32> {
                    Some(self.0)
                }

                async fn strict(&self) -> Result<i32> {
                    unless(self.0 % 5 == 3, self.0)
                }

                async fn nullable(&self) -> Result<Option<i32>> {
                    unless(self.0 % 3 == 1, self.0).map(Some)
                }

                async fn late(&self, fails: Option<bool>) -> Result<i32> {
                    for _ in 0..self.0 % 4 {
                        tokio::task::yield_now().await;
                    }
                    unless(fails.unwrap_or_default(), self.0)
                }

                async fn parent(&self) -> Option<One<Item>> {
                    (self.0 > 2).then(|| one(Item(self.0 / 2)))
                }

                async fn children(&self, first: i32) -> Many<Item> {
                    many((0..first).map(|n| Item(self.0 + n)))
                }

                async fn named(&self) -> Named {
                    match self.0 % 2 {
                        0 => Named::Item(Item(self.0 + 1)),
                        _ => Named::Other(Other(self.0)),
                    }
                }
            }

            #[Object]
            impl Other {
                async fn n(&self) -> i32 {
                    self.0
                }

                async fn item(&self) -> One<Item> {
                    one(Item(self.0 + 2))
                }
            }

            pub static API: LazyLock<Api<Schema<Query, EmptyMutation, EmptySubscription>>> =
                LazyLock::new(|| {
                    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
                    let options = Options {
                        scan: ScanLimits {
                            aliases: 1_000,
                            ..ScanLimits::default()
                        },
                        cost: CostLimits {
                            cost: 1_000_000,
                            depth: 20,
                        },
                        ..Options::default()
                    };
                    Api::new(schema, options).unwrap()
                });
        }
    };
}

schema!(plain_schema, plain);
schema!(placed_schema, placed);

/// Runs a query on both schemas and returns the two responses.
async fn both(query: &str) -> [String; 2] {
    let plain = plain_schema::API.execute(Request::new(query), "r").await;
    let placed = placed_schema::API.execute(Request::new(query), "r").await;
    [&plain, &placed].map(|reply| serde_json::to_string(reply).unwrap())
}

mod properties {
    use super::*;

    const FIELDS: [&str; 13] = [
        "n",
        "guarded",
        "strict",
        "nullable",
        "late",
        "__typename",
        "a: n",
        "b: strict",
        "c: late(fails: true)",
        "n @include(if: false)",
        "nullable @skip(if: false)",
        "...Some",
        "KEY: named { n __typename }",
    ];

    /// Fields and fragments around other selections on `Item`.
    const PARENTS: [&str; 8] = [
        "KEY: parent { SET }",
        "KEY: children(first: 3) { SET }",
        "KEY: children(first: 2) { SET }",
        "... { SET }",
        "... on Item { SET }",
        "... on Named { n ... on Item { SET } }",
        "KEY: named { ... on Item { SET } }",
        "KEY: named { n ... on Other { item { SET } } }",
    ];

    fn selections() -> impl Strategy<Value = String> {
        let field = prop::sample::select(FIELDS.as_slice()).prop_map(str::to_owned);
        field.prop_recursive(4, 40, 5, |inner| {
            let set = prop::collection::vec(inner, 1..5).prop_map(|set| set.join(" "));
            let parent = prop::sample::select(PARENTS.as_slice());
            (parent, set).prop_map(|(parent, set)| parent.replace("SET", &set))
        })
    }

    /// Gives each object and list its own key: async-graphql resolves those with the same key one
    /// by one and merges them in the order in which they finish.
    fn with_keys(query: &str) -> String {
        let parts = query.split("KEY").enumerate();
        let keyed = parts.map(|(n, part)| match n {
            0 => part.to_owned(),
            n => format!("k{n}{part}"),
        });
        keyed.collect()
    }

    fn queries() -> impl Strategy<Value = String> {
        let set = prop::collection::vec(selections(), 1..6);
        let root = prop::sample::select(vec!["item(n: 5)", "item(n: 8)", "items(first: 40)"]);
        (root, set).prop_map(|(root, set)| {
            let fragment = "fragment Some on Item { n guarded parent { late } ... on Named { n } }";
            let query = format!("{{ {root} {{ ...Some {} }} }} {fragment}", set.join(" "));
            with_keys(&query)
        })
    }

    proptest! {
        #[test]
        fn responses_are_those_of_async_graphql(query in queries()) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let [plain, placed] = runtime.block_on(both(&query));
            prop_assert!(plain.contains("\"data\""), "{}: {}", query, plain);
            prop_assert_eq!(plain, placed);
        }
    }
}

#[tokio::test]
async fn fields_that_wait_run_concurrently_and_keep_their_order() {
    let [plain, placed] = both("{ items(first: 40) { late n } }").await;
    let items: Vec<String> = (0..40)
        .map(|n| format!(r#"{{"late":{n},"n":{n}}}"#))
        .collect();
    let expected = format!(r#"{{"data":{{"items":[{}]}}}}"#, items.join(","));
    assert_eq!([plain, placed], [expected.clone(), expected]);
}
