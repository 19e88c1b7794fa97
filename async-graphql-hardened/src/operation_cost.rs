//! Computes the cost and depth of an operation before it is executed.
//!
//! Fragments are followed at each spread, because [`crate::expansion`] limits the number of
//! selections. It also limits introspection, whose fields cost 1 here.

use async_graphql::{
    Name, Value,
    parser::types::{Field, OperationDefinition, OperationType, Selection, SelectionSet},
};

use crate::{
    CostRules,
    price::{Price, Size},
    selection::{Collector, is_skipped},
    types::named,
};

/// Limits of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostLimits {
    /// Points; see [`CostRules`].
    pub cost: u64,
    /// Levels of nested fields.
    pub depth: usize,
}

impl Default for CostLimits {
    fn default() -> Self {
        Self {
            cost: 10_000,
            depth: 15,
        }
    }
}

/// The limit that an operation exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CostError {
    /// See [`CostLimits::cost`].
    #[error(
        "This operation costs {cost}, which exceeds the limit of {limit}: request fewer rows (`first`), fields, or aliases, or split it into several requests."
    )]
    Cost { cost: u64, limit: u64 },
    /// See [`CostLimits::depth`].
    #[error(
        "This operation nests fields {depth} deep, which exceeds the limit of {limit}: fetch deeper objects by ID in another request."
    )]
    Depth { depth: usize, limit: usize },
}

/// Checks `operation` with its variables against `limits`.
///
/// # Errors
/// The exceeded limit.
pub(crate) fn check(
    collector: Collector<'_>,
    operation: &OperationDefinition,
    limits: &CostLimits,
    rules: &CostRules,
) -> Result<(), CostError> {
    let mut walk = Walk {
        collector,
        rules,
        depth: 0,
        deepest: 0,
    };
    let root = collector.types.root(operation.ty);
    let set = &operation.selection_set.node;
    let cost = walk.set(set, root.map(Name::as_str), None);
    let (depth, limit) = (walk.deepest, limits.depth);
    if depth > limit {
        return Err(CostError::Depth { depth, limit });
    }
    let limit = limits.cost;
    if cost > limit {
        return Err(CostError::Cost { cost, limit });
    }
    Ok(())
}

struct Walk<'d> {
    collector: Collector<'d>,
    rules: &'d CostRules,
    depth: usize,
    deepest: usize,
}

impl<'d> Walk<'d> {
    /// Returns the cost of the selections on the type `on`. In a connection, `rows` is the length
    /// of its lists. Sums saturate.
    fn set(&mut self, set: &'d SelectionSet, on: Option<&str>, rows: Option<u64>) -> u64 {
        let mut cost = 0_u64;
        for selection in &set.items {
            if is_skipped(selection.node.directives(), self.collector.variables) {
                continue;
            }
            cost = cost.saturating_add(match &selection.node {
                Selection::Field(field) => self.field(&field.node, on, rows),
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let condition = fragment.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| Some(&condition.node.on.node));
                    self.set(&fragment.selection_set.node, on, rows)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    self.collector.fragments.get(name).map_or(0, |fragment| {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.set(&fragment.node.selection_set.node, Some(on), rows)
                    })
                }
            });
        }
        cost
    }

    fn field(&mut self, field: &'d Field, on: Option<&str>, rows: Option<u64>) -> u64 {
        let collector = self.collector;
        if field.response_key().node == *collector.marker {
            return 0;
        }
        let name = &field.name.node;
        let price = on.and_then(|on| collector.types.price(on, name));
        let ty = on.and_then(|on| collector.types.field(on, name));
        let own = self.own(price, field, on);
        let set = &field.selection_set.node;
        if set.items.is_empty() {
            return self.at_depth(|_| own);
        }
        let (items, below) = self.length(price, field, rows);
        let on = ty.map(|ty| named(ty).as_str());
        let inside = self.at_depth(|walk| walk.set(set, on, below));
        own.saturating_add(match items {
            Some(items) => items.saturating_mul(inside.saturating_add(1)),
            None => inside,
        })
    }

    fn at_depth(&mut self, walk: impl FnOnce(&mut Self) -> u64) -> u64 {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let cost = walk(self);
        self.depth -= 1;
        cost
    }

    /// Returns the cost of the field itself with its arguments.
    fn own(&self, price: Option<&Price>, field: &Field, on: Option<&str>) -> u64 {
        let mutation = self.collector.types.root(OperationType::Mutation);
        let is_mutation = on.is_some() && on == mutation.map(Name::as_str);
        let usual = if is_mutation { self.rules.mutation } else { 1 };
        let Some(price) = price else { return usual };
        let given = price.args.iter().filter_map(|(name, weight)| {
            let value = self.argument(field, name)?;
            Some(weight.saturating_mul(self.items_of(&value)))
        });
        given.fold(price.weight.unwrap_or(usual), u64::saturating_add)
    }

    /// Returns the number of items of a list, and the length of the lists directly below if the
    /// field determines it.
    fn length(
        &self,
        price: Option<&Price>,
        field: &Field,
        rows: Option<u64>,
    ) -> (Option<u64>, Option<u64>) {
        match price.map(|price| &price.size) {
            None | Some(Size::One) => (None, None),
            Some(Size::List) => (Some(rows.unwrap_or(self.rules.list)), None),
            Some(Size::Short) => (Some(self.rules.list), None),
            Some(Size::Rows) => (Some(self.page(field)), None),
            Some(Size::Like(list)) => {
                let list = self.argument(field, list);
                (
                    Some(list.as_ref().map_or(1, |list| self.items_of(list))),
                    None,
                )
            }
            Some(Size::Page) => (None, Some(self.page(field))),
            Some(Size::Input) => {
                let input = self.argument(field, "input");
                (None, input.as_ref().map(|input| self.combinations(input)))
            }
        }
    }

    fn page(&self, field: &Field) -> u64 {
        let first = self.argument(field, "first");
        let asked = first.or_else(|| self.argument(field, "last"));
        let rows = match asked {
            Some(Value::Number(rows)) => rows.as_u64().unwrap_or_default(),
            _ => self.rules.default_page,
        };
        rows.clamp(1, self.rules.max_page.max(1))
    }

    /// Returns the value of an argument, or `None` if it is omitted or `null`.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let lookup = |name: Name| self.collector.variables.get(&name).cloned().ok_or(());
        let value = field.get_argument(name)?.node.clone();
        let value = value.into_const_with(lookup).ok()?;
        (value != Value::Null).then_some(value)
    }

    /// Returns the length of an argument's list, or 1 for any other value. Resolvers must reject
    /// lists that are longer than a page.
    fn items_of(&self, value: &Value) -> u64 {
        match value {
            Value::List(items) => (items.len() as u64).min(self.rules.max_page),
            _ => 1,
        }
    }

    /// Returns the number of combinations of the items of all lists in an input, such as people and
    /// workspaces. A list that is longer than a page counts 1, since the resolver must reject it.
    fn combinations(&self, input: &Value) -> u64 {
        match input {
            Value::List(items) if items.len() as u64 > self.rules.max_page => 1,
            Value::List(items) => items
                .iter()
                .map(|item| self.combinations(item))
                .fold(0, u64::saturating_add)
                .max(1),
            Value::Object(fields) => fields
                .values()
                .map(|value| self.combinations(value))
                .fold(1, u64::saturating_mul),
            _ => 1,
        }
    }
}
