// Divides the work of one of our kernels among as many threads as TensorFlow's own kernels have.
#ifndef SAMBENCH_PARALLEL_H_
#define SAMBENCH_PARALLEL_H_

#include <stdint.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sambench {

/**
 * How the processor treats tiny numbers: TensorFlow's threads flush them to zero, and so must ours. The register that says so
 * is copied from the thread that has the work: MXCSR on x86, FPCR on ARM (by its manual: only x86 has been tried). On other
 * processors our threads keep their own way.
 */
inline uint64_t FloatingMode() {
#if defined(__x86_64__)
  return _mm_getcsr();
#elif defined(__aarch64__)
  uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
#else
  return 0;
#endif
}

inline void SetFloatingMode([[maybe_unused]] uint64_t mode) {
#if defined(__x86_64__)
  _mm_setcsr(static_cast<unsigned>(mode));
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" : : "r"(mode));
#endif
}

/** Waits for a moment without giving up the core. */
inline void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

/** At its end all that was stored past the cache comes before what is stored later: the release of an atomic sees to less. */
struct OrderedStores {
  ~OrderedStores() {
#if defined(__x86_64__)
    _mm_sfence();
#endif
  }
};

/** Threads that wait for work. Lives as long as the process. */
class Team {
 public:
  using Work = std::function<void(int64_t part)>;

  static Team& Get() {
    static Team* team = new Team(ThreadsOfTensorflow());
    return *team;
  }

  /** Threads, the caller among them. */
  int members() const { return members_; }

  /**
   * Calls `work` for every part from 0 to `count`, each by the thread that is free first. While another kernel has the
   * team, this thread does all of it: the numbers do not depend on who computes them.
   */
  void Divide(int64_t count, const Work& work) {
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (members_ < 2 || count < 2 || !turn.owns_lock()) {
      const OrderedStores stores;
      for (int64_t part = 0; part < count; part++) work(part);
      return;
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      count_ = count;
      mode_ = FloatingMode();
      next_.store(0, std::memory_order_relaxed);
      generation_.fetch_add(1, std::memory_order_release);
      if (sleeping_ > 0) wake_.notify_all();
    }
    Take(work, count);
    {
      // Members who come too late must not find this work any more.
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = nullptr;
    }
    for (int pauses = 0; working_.load(std::memory_order_acquire) > 0; pauses++) {
      // A member may have lost its core, perhaps to this very loop.
      if (pauses < kPauses) {
        Pause();
      } else {
        std::this_thread::yield();
      }
    }
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  /** Some tens of microseconds: waking a thread takes longer, and kernels often follow each other at once. */
  static constexpr int kPauses = 1000;

  explicit Team(int members) : members_(members) {
    try {
      for (int member = 1; member < members; member++) std::thread([this] { Serve(); }).detach();
    } catch (const std::system_error&) {
      // No more threads to be had: fewer do the same work.
    }
  }

  static int ThreadsOfTensorflow() {
    const char* set = getenv("TF_NUM_INTRAOP_THREADS");
    const int threads = set ? atoi(set) : 0;
    return threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
  }

  /** Does parts as long as there are any; what one throws ends the work, and is kept for the caller. */
  void Take(const Work& work, int64_t count) {
    try {
      const OrderedStores stores;
      for (int64_t part; (part = next_.fetch_add(1, std::memory_order_relaxed)) < count;) work(part);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_.store(count, std::memory_order_relaxed);
    }
  }

  void Serve() {
    for (uint64_t seen = 0;;) {
      for (int pauses = 0; pauses < kPauses && generation_.load(std::memory_order_acquire) == seen; pauses++) Pause();
      std::unique_lock<std::mutex> lock(mutex_);
      sleeping_ += 1;
      wake_.wait(lock, [&] { return generation_.load(std::memory_order_relaxed) != seen; });
      sleeping_ -= 1;
      seen = generation_.load(std::memory_order_relaxed);
      if (!work_) continue;
      const Work& work = *work_;
      const int64_t count = count_;
      SetFloatingMode(mode_);
      working_.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      Take(work, count);
      working_.fetch_sub(1, std::memory_order_release);
    }
  }

  const int members_;
  /** Held by the kernel that has the team. */
  std::mutex turn_;
  /** Guards what follows, but for the counters that are read in between. */
  std::mutex mutex_;
  std::condition_variable wake_;
  const Work* work_ = nullptr;
  int64_t count_ = 0;
  uint64_t mode_ = 0;
  std::exception_ptr failure_;
  int sleeping_ = 0;
  /** Number of the work that was given last. */
  std::atomic<uint64_t> generation_{0};
  /** The part to be taken next. */
  std::atomic<int64_t> next_{0};
  /** Members at work. */
  std::atomic<int> working_{0};
};

}  // namespace sambench

#endif
