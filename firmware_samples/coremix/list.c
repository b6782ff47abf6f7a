/* Linked lists: build, merge sort by key, find, reverse. Pointer chasing and hard branches. */
#include <stddef.h>

#include "parts.h"

#define NODES 48
#define LOOKUPS 20

struct node {
  struct node *next;
  uint16_t key;
  uint16_t value;
};

static struct node nodes[NODES];

static struct node *build(uint32_t seed) {
  for (int i = 0; i < NODES; ++i) {
    nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
    nodes[i].key = (uint16_t)(next_random(&seed) & 0x3FFu);
    nodes[i].value = (uint16_t)i;
  }
  return nodes;
}

static struct node *merge(struct node *a, struct node *b) {
  struct node *head = NULL;
  struct node **tail = &head;
  while (a != NULL && b != NULL) {
    struct node **least = a->key <= b->key ? &a : &b;
    *tail = *least;
    tail = &(*least)->next;
    *least = *tail;
  }
  *tail = a != NULL ? a : b;
  return head;
}

static struct node *split(struct node *list) {
  struct node *slow = list;
  for (struct node *fast = list->next; fast != NULL && fast->next != NULL;
       fast = fast->next->next) {
    slow = slow->next;
  }
  struct node *second = slow->next;
  slow->next = NULL;
  return second;
}

static struct node *sort(struct node *list) {
  if (list == NULL || list->next == NULL) {
    return list;
  }
  struct node *second = split(list);
  return merge(sort(list), sort(second));
}

static struct node *reverse(struct node *list) {
  struct node *reversed = NULL;
  while (list != NULL) {
    struct node *next = list->next;
    list->next = reversed;
    reversed = list;
    list = next;
  }
  return reversed;
}

static const struct node *find(const struct node *list, uint32_t key) {
  while (list != NULL && list->key < key) {
    list = list->next;
  }
  return list;
}

uint32_t list_part(uint32_t seed) {
  uint32_t sum = 0;
  struct node *list = sort(build(seed));
  for (uint32_t i = 0; i < LOOKUPS; ++i) {
    const struct node *found = find(list, next_random(&seed) & 0x3FFu);
    sum = sum * 31u + (found != NULL ? found->value : NODES);
  }
  for (const struct node *each = reverse(list); each != NULL; each = each->next) {
    sum = sum * 31u + each->key;
  }
  return sum;
}
