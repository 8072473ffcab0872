//! Where all changes of a running platform are made: by one thread, in batches that become durable together.
//!
//! A disk takes milliseconds to make one change durable, and no longer for a thousand. What arrives while one batch is
//! being written makes up the next.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

use crate::rules::{Rules, StoreError};

/// So that the first of a storm does not wait for all of it.
const BATCH_MAX: usize = 512;

/// Told, after the batch, whether its changes are durable.
type Answer = Box<dyn FnOnce(&Result<(), StoreError>) + Send>;
type Job = Box<dyn FnOnce(&Rules) -> Answer + Send>;

/// Asks the rules. Its thread ends when the last copy of it is gone.
#[derive(Clone)]
pub(crate) struct Desk(Sender<Job>);

impl Desk {
    /// Starts the thread.
    pub(crate) fn start(rules: Rules) -> io::Result<Self> {
        let (sender, jobs) = channel();
        thread::Builder::new()
            .name("desk".into())
            .spawn(move || work(&rules, &jobs))?;
        Ok(Self(sender))
    }

    /// Runs `question`; what it changed is durable when the answer is here.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Rules) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, answer) = oneshot::channel();
        self.tell(question, move |found, written| {
            // Whoever asked may have left.
            let _ = sender.send(written.map(|()| found));
        });
        let gone = |_| Err(StoreError("the platform is stopping".into()));
        answer.await.unwrap_or_else(gone)
    }

    /// Runs `question`, and then `after` with what it found and whether its changes are durable.
    pub(crate) fn tell<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Rules) -> T + Send + 'static,
        after: impl FnOnce(T, Result<(), StoreError>) + Send + 'static,
    ) {
        let job: Job = Box::new(move |rules| {
            let found = question(rules);
            Box::new(move |written| after(found, written.clone()))
        });
        // The thread outlives every desk.
        let _ = self.0.send(job);
    }
}

fn work(rules: &Rules, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut batch: Vec<Job> = vec![first];
        batch.extend(jobs.try_iter().take(BATCH_MAX - 1));
        let mut answers = Vec::with_capacity(batch.len());
        let written = rules.batch(&mut || {
            answers.extend(batch.drain(..).map(|job| job(rules)));
            Ok(())
        });
        for answer in answers {
            answer(&written);
        }
    }
}
