// Tells ThreadSanitizer of Abseil's locks. Debian's Abseil is built without it, so whatever such a
// lock guards would look like a race. Linked into the tests of preset `tsan` alone, with --wrap
// (cmake/Suite.cmake).
#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

using absl::Condition;
using absl::CondVar;
using absl::Mutex;
using absl::Notification;
using absl::Time;

#define IP_LOCK _ZN4absl7debian35Mutex4LockEv
#define IP_UNLOCK _ZN4absl7debian35Mutex6UnlockEv
#define IP_AWAIT _ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE
#define IP_AWAIT_UNTIL _ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE
#define IP_WAIT _ZN4absl7debian37CondVar4WaitEPNS0_5MutexE
#define IP_WAIT_UNTIL _ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE
#define IP_NOTIFY _ZN4absl7debian312Notification6NotifyEv
#define IP_WAIT_FOR _ZNK4absl7debian312Notification19WaitForNotificationEv
#define IP_JOIN_(a, b) a##b
#define IP_JOIN(a, b) IP_JOIN_(a, b)
#define REAL(symbol) IP_JOIN(__real_, symbol)
#define WRAP(symbol) IP_JOIN(__wrap_, symbol)

extern "C" {

void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);

void REAL(IP_LOCK)(Mutex*);
void REAL(IP_UNLOCK)(Mutex*);
void REAL(IP_AWAIT)(Mutex*, const Condition&);
bool REAL(IP_AWAIT_UNTIL)(Mutex*, const Condition&, Time);
void REAL(IP_WAIT)(CondVar*, Mutex*);
bool REAL(IP_WAIT_UNTIL)(CondVar*, Mutex*, Time);
void REAL(IP_NOTIFY)(Notification*);
void REAL(IP_WAIT_FOR)(const Notification*);

}  // extern "C"

namespace {

// While Abseil gives a lock away it looks at the conditions of those who wait, under the lock.
class Released {
 public:
  explicit Released(Mutex* mutex, bool taken_back) : mutex_(mutex), taken_back_(taken_back) {
    __tsan_release(mutex);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  }
  ~Released() {
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    if (taken_back_) __tsan_acquire(mutex_);
  }

 private:
  Mutex* const mutex_;
  const bool taken_back_;
};

}  // namespace

extern "C" {

void WRAP(IP_LOCK)(Mutex* mutex) {
  REAL(IP_LOCK)(mutex);
  __tsan_acquire(mutex);
}
void WRAP(IP_UNLOCK)(Mutex* mutex) {
  const Released released(mutex, false);
  REAL(IP_UNLOCK)(mutex);
}
void WRAP(IP_AWAIT)(Mutex* mutex, const Condition& condition) {
  const Released released(mutex, true);
  REAL(IP_AWAIT)(mutex, condition);
}
bool WRAP(IP_AWAIT_UNTIL)(Mutex* mutex, const Condition& condition, Time deadline) {
  const Released released(mutex, true);
  return REAL(IP_AWAIT_UNTIL)(mutex, condition, deadline);
}
void WRAP(IP_WAIT)(CondVar* bell, Mutex* mutex) {
  const Released released(mutex, true);
  REAL(IP_WAIT)(bell, mutex);
}
bool WRAP(IP_WAIT_UNTIL)(CondVar* bell, Mutex* mutex, Time deadline) {
  const Released released(mutex, true);
  return REAL(IP_WAIT_UNTIL)(bell, mutex, deadline);
}
void WRAP(IP_NOTIFY)(Notification* notification) {
  __tsan_release(notification);
  REAL(IP_NOTIFY)(notification);
}
void WRAP(IP_WAIT_FOR)(const Notification* notification) {
  REAL(IP_WAIT_FOR)(notification);
  __tsan_acquire(const_cast<Notification*>(notification));
}

}  // extern "C"
