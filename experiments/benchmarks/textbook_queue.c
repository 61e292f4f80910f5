/* The textbook queue M/M/n+M as a plain C loop: the yardstick of the compiled kernel.
   Same inputs (times in whole milliseconds), same outputs (start or leaving of each
   customer, busy time), first come first served, patience looked up at the queue head,
   a binary heap of end times. Written for the benchmark alone. */
#include <stdint.h>
#include <stdlib.h>

static void push(int64_t *heap, int64_t *size, int64_t key) {
    int64_t slot = (*size)++;
    while (slot > 0) {
        int64_t parent = (slot - 1) / 2;
        if (heap[parent] <= key) break;
        heap[slot] = heap[parent];
        slot = parent;
    }
    heap[slot] = key;
}

static void pop(int64_t *heap, int64_t *size) {
    int64_t key = heap[--(*size)], slot = 0, child;
    while ((child = 2 * slot + 1) < *size) {
        if (child + 1 < *size && heap[child + 1] < heap[child]) child++;
        if (heap[child] >= key) break;
        heap[slot] = heap[child];
        slot = child;
    }
    heap[slot] = key;
}

int64_t play_queue(int64_t n, const int64_t *arrival, const int32_t *work,
                   const int64_t *patience, int64_t agents, int64_t *start, int64_t *end,
                   int64_t *left) {
    int64_t *heap = malloc((size_t)(agents + 1) * sizeof(int64_t)), size = 0;
    int64_t head = 0, next = 0, busy = 0;
    for (int64_t i = 0; i < n; i++) start[i] = end[i] = left[i] = -1;
    while (next < n || size > 0) {
        int64_t now;
        if (size > 0 && (next >= n || heap[0] <= arrival[next])) {
            now = heap[0];
            pop(heap, &size);
        } else {
            now = arrival[next++];
        }
        while (size < agents && head < next) {
            int64_t i = head++, limit = arrival[i] + patience[i];
            if (limit <= now && limit > arrival[i]) {
                left[i] = limit;
                continue;
            }
            start[i] = now;
            end[i] = now + work[i];
            busy += work[i];
            push(heap, &size, end[i]);
        }
    }
    free(heap);
    return busy;
}
