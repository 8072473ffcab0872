//! Owners who look at what their devices publish.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::rules::DeviceKey;

/// A message that a device published.
pub(crate) struct Published {
    pub(crate) key: DeviceKey,
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
}

/// All who watch.
#[derive(Clone, Default)]
pub(crate) struct Watchers(Arc<Mutex<Vec<UnboundedSender<Arc<Published>>>>>);

impl Watchers {
    /// Everything that devices publish from now on.
    pub(crate) fn watch(&self) -> UnboundedReceiver<Arc<Published>> {
        let (sender, published) = unbounded_channel();
        self.locked().push(sender);
        published
    }

    /// Shows a message to all who watch. It is made only if anyone does.
    pub(crate) fn show(&self, message: impl FnOnce() -> Published) {
        let mut watchers = self.locked();
        if watchers.is_empty() {
            return;
        }
        let message = Arc::new(message());
        watchers.retain(|watcher| watcher.send(message.clone()).is_ok());
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<UnboundedSender<Arc<Published>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
