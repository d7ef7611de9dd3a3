/* Threads of C as courses use them: both libraries, each way to wait, and what a thread owns.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <threads.h>

enum { THREADS = 8 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_came = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static atomic_int came;
static _Thread_local int own;
static int sum;

static void *work(void *number)
{
    own = *(int *)number;
    (void)pthread_barrier_wait(&barrier);
    (void)pthread_mutex_lock(&mutex);
    sum += own;
    (void)pthread_mutex_unlock(&mutex);
    if (atomic_fetch_add(&came, 1) == THREADS - 1)
        (void)pthread_cond_signal(&all_came);
    (void)sem_post(&semaphore);
    (void)pthread_setname_np(pthread_self(), "worker");
    return NULL;
}

static void posix_threads(void)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];

    (void)pthread_barrier_init(&barrier, NULL, THREADS);
    (void)sem_init(&semaphore, 0, 0);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
            perror("pthread_create");
    }
    for (int i = 0; i < THREADS; i++)
        (void)sem_wait(&semaphore);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    printf("posix %d\n", sum);
}

static int square(void *number)
{
    return *(int *)number * *(int *)number;
}

static void c_threads(void)
{
    thrd_t thread;
    int number = 7;
    int result = 0;

    if (thrd_create(&thread, square, &number) == thrd_success)
        (void)thrd_join(thread, &result);
    printf("c %d\n", result);
}

static void time_out(void)
{
    struct timespec soon;

    (void)clock_gettime(CLOCK_REALTIME, &soon);
    (void)pthread_mutex_lock(&mutex);
    int r = pthread_cond_timedwait(&all_came, &mutex, &soon);
    (void)pthread_mutex_unlock(&mutex);
    printf("timeout %d\n", r == ETIMEDOUT);
}

static void *wait_for_ever(void *unused)
{
    for (;;)
        (void)thrd_sleep(&(struct timespec){.tv_sec = 1}, NULL);
    return unused;
}

static void cancel(void)
{
    pthread_t thread;
    void *result = NULL;

    (void)pthread_create(&thread, NULL, wait_for_ever, NULL);
    (void)pthread_cancel(thread);
    (void)pthread_join(thread, &result);
    printf("cancel %d\n", result == PTHREAD_CANCELED);
}

static void schedule(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    int r = sched_getaffinity(0, sizeof(set), &set);
    r |= sched_setaffinity(0, sizeof(set), &set);
    r |= sched_yield();
    r |= sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
    printf("schedule %d %d\n", r, sched_getscheduler(0) == SCHED_BATCH);
}

int main(void)
{
    posix_threads();
    c_threads();
    time_out();
    cancel();
    schedule();
}
