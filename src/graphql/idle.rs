//! Detects when an operation is idle: no field can continue without a batch or a response of the
//! database.

use futures_util::task::AtomicWaker;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};
use tokio::sync::oneshot;

/// The futures that wait until their operation is idle.
#[derive(Debug, Default)]
pub struct Idle {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_driven: bool,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Idle {
    /// Waits until the operation that [`drive`](Self::drive) runs is idle. Without one, returns at
    /// once.
    pub async fn wait(&self) {
        let released = {
            let mut state = self.state();
            if !state.is_driven {
                return;
            }
            let (sender, receiver) = oneshot::channel();
            state.waiting.push(sender);
            receiver
        };
        // The sender is dropped, not used.
        drop(released.await);
    }

    /// Runs an operation, and continues the futures in [`wait`](Self::wait) whenever nothing else
    /// in it can run: it was polled, and nothing has woken it in the meantime.
    pub async fn drive<F: Future>(&self, operation: F) -> F::Output {
        self.state().is_driven = true;
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut operation = pin!(operation);
        let output = poll_fn(|cx| {
            wakes.task.register(cx.waker());
            wakes.woken.store(false, Ordering::Release);
            let output = operation.as_mut().poll(&mut Context::from_waker(&waker));
            if output.is_pending() && !wakes.woken.load(Ordering::Acquire) {
                self.release();
            }
            output
        })
        .await;
        self.state().is_driven = false;
        output
    }

    /// Wakes the waiting futures.
    fn release(&self) {
        let waiting = std::mem::take(&mut self.state().waiting);
        drop(waiting);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The waker of an operation, which remembers whether it was used.
#[derive(Debug, Default)]
struct Wakes {
    woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join;
    use std::task::Poll;

    /// Lets the other futures of the operation run first.
    async fn yield_once() {
        let mut has_yielded = false;
        poll_fn(|cx| {
            if has_yielded {
                return Poll::Ready(());
            }
            has_yielded = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[tokio::test]
    async fn waiting_futures_continue_after_everything_that_can_run() {
        let (idle, order) = (Idle::default(), Mutex::new(Vec::new()));
        let note = |step| order.lock().unwrap().push(step);
        let waits = async {
            idle.wait().await;
            note("idle");
            idle.wait().await;
            note("idle again");
        };
        let runs = async {
            for step in ["first", "second", "third"] {
                yield_once().await;
                note(step);
            }
        };
        idle.drive(join(waits, runs)).await;
        let expected = ["first", "second", "third", "idle", "idle again"];
        assert_eq!(*order.lock().unwrap(), expected);
    }

    #[tokio::test]
    async fn nothing_waits_outside_of_an_operation() {
        let idle = Idle::default();
        idle.wait().await;
        idle.drive(async {}).await;
        idle.wait().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn waiting_futures_continue_while_others_wait_for_another_thread() {
        let idle = Idle::default();
        let (sender, receiver) = oneshot::channel();
        let waits = async {
            idle.wait().await;
            sender.send(()).unwrap();
        };
        let waits_for_other = async {
            tokio::spawn(receiver).await.unwrap().unwrap();
            idle.wait().await;
        };
        idle.drive(join(waits, waits_for_other)).await;
    }
}
